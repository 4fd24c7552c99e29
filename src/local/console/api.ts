import { z } from 'zod';
import { FieldValues } from '../slack/form-values.ts';
import type { Hands, Seen } from '../slack/hands.ts';
import { directId, type Json } from '../slack/records.ts';
import { sees, type Workspace } from '../slack/workspace.ts';
import { findPerson, type Person } from './person.ts';
import { Refused } from './refused.ts';
import { conversationsOf, messageShown, messagesOf, viewShown } from './shown.ts';

export interface ApiOptions {
  readonly workspace: Workspace;
  readonly hands: Hands;
  readonly people: readonly Person[];
  readonly commands: readonly string[];
}

/** One thing that the console can be asked; `input` is the query of a GET, the JSON of a POST. */
type Handler = (input: unknown) => Json | Promise<Json>;

const As = z.string().min(1).max(300);
const Say = z.object({ as: As, text: z.string().min(1).max(4000), channel: z.string().max(100).optional() });
const Look = z.object({
  as: As,
  channel: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
const pressed = {
  as: As,
  actionId: z.string().min(1).max(255),
  blockId: z.string().max(255).optional(),
  value: z.string().max(3000).optional(),
};
const Press = z.union([
  z.object({ ...pressed, viewId: z.string().min(1), values: FieldValues.default({}) }),
  z.object({ ...pressed, channel: z.string().min(1), ts: z.string().regex(/^\d{10}\.\d{6}$/) }),
]);
const Submit = z.object({ as: As, viewId: z.string().min(1), values: FieldValues.default({}) });
const Close = z.object({ as: As, viewId: z.string().min(1) });
const Home = z.object({ as: As });

/** The console's questions and deeds, by method and path. docs/console.md describes each with an example. */
export function createApi({ workspace, hands, people, commands }: ApiOptions): Readonly<Record<string, Handler>> {
  function personOf(text: string): Person {
    const found = findPerson(text, people);
    if (found.kind === 'one') return found.person;
    if (found.kind === 'many') {
      const ids = found.people.map(({ id, title, email }) => `${id} (${title}, ${email})`).join(' or ');
      throw new Refused(409, 'ambiguous_person', `Several people are called ${text}. Say which by id: ${ids}.`);
    }
    const names = found.nearest.map(({ name, id }) => `${name} (${id})`).join(', ');
    throw new Refused(404, 'unknown_person', `Nobody here is known as ${text}. Did you mean ${names}?`);
  }

  function channelOf(person: Person, text: string | undefined): string {
    if (text === undefined || text === '') return directId(person.slackId);
    const wanted = text.replace(/^#/, '');
    const own = workspace.conversationsOf(person.slackId);
    const found = own.find((id) => id === wanted || workspace.channel(id)?.name === wanted);
    if (found) return found;
    const names = own.map((id) => workspace.channel(id)?.name ?? id).join(', ');
    throw new Refused(404, 'unknown_channel', `${person.name} has no conversation ${text}. Theirs are: ${names}.`);
  }

  function after(person: Person, seen: Seen): Json {
    const failed = seen.errors !== undefined && Object.keys(seen.errors).length > 0;
    const nothing = seen.messages.length === 0 && !seen.view && !failed;
    return {
      as: person.id,
      messages: seen.messages.map((message) => messageShown(workspace, message)),
      view: seen.view ? viewShown(seen.view) : null,
      ...(failed ? { errors: seen.errors } : {}),
      ...(nothing ? { say: 'The bot took it and has said nothing yet. Look again with GET /api/messages.' } : {}),
    };
  }

  return {
    'GET /api/people': () => ({
      team: workspace.team,
      commands,
      people: people.map(({ id, name, email, title, department, slackId }) => ({
        id,
        name,
        email,
        title,
        department,
        slackId,
        deactivated: workspace.member(slackId)?.deleted === true,
        conversations: conversationsOf(workspace, slackId),
      })),
    }),

    'GET /api/messages': (input) => {
      const { as, channel, limit } = Look.parse(input);
      const person = personOf(as);
      const id = channelOf(person, channel);
      const view = workspace.topView(person.slackId);
      const home = workspace.home(person.slackId);
      return {
        as: person.id,
        channel: conversationsOf(workspace, person.slackId).find((conversation) => conversation['id'] === id),
        messages: messagesOf(workspace, person.slackId, id)
          .slice(-limit)
          .map((message) => messageShown(workspace, message)),
        view: view ? viewShown(view) : null,
        home: home ? viewShown({ ...home, rootId: home.id }) : null,
      };
    },

    'POST /api/say': async (input) => {
      const { as, text, channel } = Say.parse(input);
      const person = personOf(as);
      return after(person, await hands.say({ as: person.slackId, text, channel: channelOf(person, channel) }));
    },

    'POST /api/press': async (input) => {
      const { as, ...press } = Press.parse(input);
      const person = personOf(as);
      const at =
        'viewId' in press
          ? { viewId: press.viewId, values: press.values }
          : { channel: channelOf(person, press.channel), ts: press.ts };
      const { actionId, blockId, value } = press;
      return after(person, await hands.press({ as: person.slackId, actionId, blockId, value, at }));
    },

    'POST /api/submit': async (input) => {
      const { as, viewId, values } = Submit.parse(input);
      const person = personOf(as);
      return after(person, await hands.submit({ as: person.slackId, viewId, values }));
    },

    'POST /api/close': async (input) => {
      const { as, viewId } = Close.parse(input);
      const person = personOf(as);
      return after(person, await hands.close({ as: person.slackId, viewId }));
    },

    'POST /api/home': async (input) => {
      const person = personOf(Home.parse(input).as);
      const seen = await hands.openHome({ as: person.slackId });
      const home = workspace.home(person.slackId);
      return { ...after(person, seen), home: home ? viewShown({ ...home, rootId: home.id }) : null };
    },

    'GET /api/file': (input) => {
      const { as, id } = z.object({ as: As, id: z.string().min(1).max(40) }).parse(input);
      const person = personOf(as);
      const file = workspace.file(id);
      const shared = workspace
        .conversationsOf(person.slackId)
        .flatMap((channel) => workspace.messagesIn(channel))
        .some((message) => message.fileIds?.includes(id) === true && sees(workspace, person.slackId, message));
      if (!file?.content || !shared)
        throw new Refused(404, 'unknown_file', `${person.name} sees no such file. Take its id from their messages.`);
      return { name: file.name, content: file.content };
    },
  };
}
