import { app, type Json, type View } from './records.ts';
import type { Workspace } from './workspace.ts';

/** A view as Slack's answers and payloads carry it. `values` is what stands in its fields. */
export function shownView({ team }: Workspace, opened: View, values: Json = {}): Json {
  const { id, view, hash, rootId, previousId } = opened;
  return {
    private_metadata: '',
    callback_id: '',
    close: null,
    submit: null,
    clear_on_close: false,
    notify_on_close: false,
    external_id: '',
    ...view,
    id,
    team_id: team.id,
    app_id: app.id,
    app_installed_team_id: team.id,
    bot_id: app.botId,
    state: { values },
    hash,
    root_view_id: rootId,
    previous_view_id: previousId ?? null,
  };
}
