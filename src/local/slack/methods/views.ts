import { z } from 'zod';
import { faultsOfView, isJson } from '../limits.ts';
import { SlackRefusal } from '../refusal.ts';
import type { Json, View } from '../records.ts';
import type { Workspace } from '../workspace.ts';
import { JsonArgument, read, type Methods } from './method.ts';
import { shownView } from '../shown-view.ts';

const Opened = z.object({ trigger_id: z.string().min(1), view: JsonArgument });

/** views.*, as docs.slack.dev/reference/methods describes them. */
export const viewMethods: Methods = {
  'views.open': (args, workspace) => {
    const { trigger_id, view } = read(Opened, args);
    const judged = judge(view, 'modal', workspace);
    const { userId } = spend(workspace, trigger_id);
    return { view: shownView(workspace, workspace.openView(userId, judged)) };
  },
  'views.push': (args, workspace) => {
    const { trigger_id, view } = read(Opened, args);
    const judged = judge(view, 'modal', workspace);
    const { userId, viewId } = spend(workspace, trigger_id);
    const below = viewId === undefined ? undefined : workspace.view(viewId);
    if (!below) throw new SlackRefusal('invalid_trigger_id', ['[ERROR] a push needs a trigger that came from a modal']);
    return { view: shownView(workspace, push(workspace, userId, judged, below)) };
  },
  'views.update': (args, workspace) => {
    const input = read(
      z.object({
        view_id: z.string().optional(),
        external_id: z.string().optional(),
        hash: z.string().optional(),
        view: JsonArgument,
      }),
      args,
    );
    const judged = judge(input.view, 'modal', workspace, input.external_id ?? true);
    const old =
      input.view_id === undefined
        ? workspace.views().find(({ view }) => input.external_id && view['external_id'] === input.external_id)
        : workspace.view(input.view_id);
    if (!old) throw new SlackRefusal('not_found');
    if (input.hash !== undefined && input.hash !== old.hash) throw new SlackRefusal('hash_conflict');
    return { view: shownView(workspace, workspace.changeView(old, judged)) };
  },
  'views.publish': (args, workspace) => {
    const { user_id, hash, view } = read(
      z.object({ user_id: z.string().min(1), hash: z.string().optional(), view: JsonArgument }),
      args,
    );
    const member = workspace.member(user_id);
    if (!member) throw new SlackRefusal('user_not_found');
    const judged = judge(view, 'home', workspace, true);
    const old = workspace.home(user_id);
    if (hash !== undefined && old && hash !== old.hash) throw new SlackRefusal('hash_conflict');
    const home = workspace.publishHome(user_id, judged);
    return { view: shownView(workspace, { ...home, rootId: home.id }) };
  },
};

/** Puts a view on top of another; Slack holds three. */
export function push(workspace: Workspace, userId: string, view: Json, below: View): View {
  let depth = 1;
  for (let at: View | undefined = below; at?.previousId; at = workspace.view(at.previousId)) depth += 1;
  if (depth >= 3) throw new SlackRefusal('push_limit_reached');
  return workspace.openView(userId, view, below);
}

/** A judged view. An `external_id` may stand once in a team; `known` allows the one that is being changed. */
export function judge(
  view: unknown,
  surface: 'modal' | 'home',
  workspace: Workspace,
  known: string | boolean = false,
): Json {
  const faults = faultsOfView(view, surface);
  if (faults.length > 0 || !isJson(view)) throw new SlackRefusal('invalid_arguments', faults);
  const externalId = view['external_id'];
  const taken = workspace.views().some((other) => externalId && other.view['external_id'] === externalId);
  if (taken && known !== true && known !== externalId) throw new SlackRefusal('duplicate_external_id');
  return view;
}

function spend(workspace: Workspace, triggerId: string): { userId: string; viewId?: string } {
  const trigger = workspace.trigger(triggerId);
  if (!trigger) throw new SlackRefusal('invalid_trigger_id');
  if (trigger.used) throw new SlackRefusal('exchanged_trigger_id');
  if (workspace.now() - trigger.at > 3000) throw new SlackRefusal('expired_trigger_id');
  trigger.used = true;
  return trigger;
}
