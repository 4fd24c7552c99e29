import { z } from 'zod';

/** Where blocks are shown; some limits depend on it. */
export type Surface = 'message' | 'modal' | 'home';

// The limits are those of Slack's Block Kit reference (docs.slack.dev/reference/block-kit), block by block. Strict, as
// Slack is: a property that it does not know makes the whole message invalid.

const plain = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(most), emoji: z.boolean().optional() });
const marked = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(most), verbatim: z.boolean().optional() });
const text = (most: number) => z.discriminatedUnion('type', [plain(most), marked(most)]);

const Confirm = z.strictObject({
  title: plain(100),
  text: text(300),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(['primary', 'danger']).optional(),
});

const Option = z.strictObject({
  text: text(75),
  value: z.string().min(1).max(150),
  description: text(75).optional(),
  url: z.string().max(3000).optional(),
});
const options = (most: number) => z.array(Option).min(1).max(most);
const OptionGroups = z
  .array(z.strictObject({ label: plain(75), options: options(100) }))
  .min(1)
  .max(100);

const base = { action_id: z.string().min(1).max(255).optional(), focus_on_load: z.boolean().optional() };
const asked = { ...base, confirm: Confirm.optional() };
const hinted = { ...asked, placeholder: plain(150).optional() };

const Button = z.strictObject({
  type: z.literal('button'),
  action_id: base.action_id,
  text: plain(75),
  value: z.string().max(2000).optional(),
  url: z.string().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: Confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});
const Overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: base.action_id,
  options: options(5),
  confirm: Confirm.optional(),
});
const choices = { options: options(100).optional(), option_groups: OptionGroups.optional() };
const StaticSelect = z.strictObject({
  type: z.literal('static_select'),
  ...hinted,
  ...choices,
  initial_option: Option.optional(),
});
const MultiStaticSelect = z.strictObject({
  type: z.literal('multi_static_select'),
  ...hinted,
  ...choices,
  initial_options: options(100).optional(),
  max_selected_items: z.number().int().min(1).optional(),
});
const UsersSelect = z.strictObject({ type: z.literal('users_select'), ...hinted, initial_user: z.string().optional() });
const MultiUsersSelect = z.strictObject({
  type: z.literal('multi_users_select'),
  ...hinted,
  initial_users: z.array(z.string()).optional(),
  max_selected_items: z.number().int().min(1).optional(),
});
const ConversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...hinted,
  initial_conversation: z.string().optional(),
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
});
const Checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...asked,
  options: options(10),
  initial_options: options(10).optional(),
});
const RadioButtons = z.strictObject({
  type: z.literal('radio_buttons'),
  ...asked,
  options: options(10),
  initial_option: Option.optional(),
});
const DatePicker = z.strictObject({ type: z.literal('datepicker'), ...hinted, initial_date: z.iso.date().optional() });
const TimePicker = z.strictObject({
  type: z.literal('timepicker'),
  ...hinted,
  initial_time: z
    .string()
    .regex(/^\d\d:\d\d$/)
    .optional(),
  timezone: z.string().optional(),
});
const DateTimePicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...asked,
  initial_date_time: z.number().int().min(1_000_000_000).max(9_999_999_999).optional(),
});

const written = {
  ...base,
  placeholder: plain(150).optional(),
  initial_value: z.string().optional(),
  dispatch_action_config: z.unknown().optional(),
};
const lengths = {
  min_length: z.number().int().min(0).max(3000).optional(),
  max_length: z.number().int().min(1).max(3000).optional(),
};
const PlainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...written,
  ...lengths,
  multiline: z.boolean().optional(),
});
const EmailInput = z.strictObject({ type: z.literal('email_text_input'), ...written });
const UrlInput = z.strictObject({ type: z.literal('url_text_input'), ...written });
const NumberInput = z.strictObject({
  type: z.literal('number_input'),
  ...written,
  is_decimal_allowed: z.boolean(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});

const Image = z.strictObject({
  type: z.literal('image'),
  image_url: z.string().max(3000).optional(),
  slack_file: z.unknown().optional(),
  alt_text: z.string().min(1).max(2000),
});

const chosen = [
  StaticSelect,
  MultiStaticSelect,
  UsersSelect,
  MultiUsersSelect,
  ConversationsSelect,
  Checkboxes,
  RadioButtons,
  DatePicker,
  TimePicker,
] as const;
const Accessory = z.discriminatedUnion('type', [Button, Overflow, Image, ...chosen]);
const ActionElement = z.discriminatedUnion('type', [Button, Overflow, DateTimePicker, ...chosen]);
const InputElement = z.discriminatedUnion('type', [
  PlainTextInput,
  EmailInput,
  UrlInput,
  NumberInput,
  DateTimePicker,
  ...chosen,
]);

const id = { block_id: z.string().min(1).max(255).optional() };
const Cell = z.union([
  z.strictObject({ type: z.literal('raw_text'), text: z.string().max(10_000) }),
  z.looseObject({ type: z.literal('rich_text'), elements: z.array(z.unknown()) }),
]);

/** Every block that this double takes. Others exist in Slack; a test with one of them fails here first. */
export const Block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), ...id, text: plain(150), level: z.number().int().optional() }),
  z
    .strictObject({
      type: z.literal('section'),
      ...id,
      text: text(3000).optional(),
      fields: z.array(text(2000)).min(1).max(10).optional(),
      accessory: Accessory.optional(),
      expand: z.boolean().optional(),
    })
    .refine((block) => block.text ?? block.fields, { message: 'missing required field: text or fields' }),
  z.strictObject({
    type: z.literal('context'),
    ...id,
    elements: z
      .array(z.discriminatedUnion('type', [plain(2000), marked(2000), Image]))
      .min(1)
      .max(10),
  }),
  z.strictObject({ type: z.literal('actions'), ...id, elements: z.array(ActionElement).min(1).max(25) }),
  z.strictObject({ type: z.literal('divider'), ...id }),
  z.strictObject({
    type: z.literal('input'),
    ...id,
    label: plain(2000),
    element: InputElement,
    hint: plain(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
  }),
  Image.extend({ ...id, title: plain(2000).optional() }),
  z.strictObject({
    type: z.literal('table'),
    ...id,
    rows: z.array(z.array(Cell).min(1).max(20)).min(1).max(100),
    column_settings: z.array(z.unknown()).max(20).optional(),
  }),
  z.strictObject({ type: z.literal('markdown'), ...id, text: z.string().min(1).max(12_000) }),
  z.strictObject({
    type: z.literal('rich_text'),
    ...id,
    elements: z.array(z.looseObject({ type: z.string() })).min(1),
  }),
  z.strictObject({
    type: z.literal('data_visualization'),
    ...id,
    title: z.string().min(1).max(50),
    chart: z.looseObject({ type: z.string() }),
  }),
]);
