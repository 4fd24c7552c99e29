import * as restate from '@restatedev/restate-sdk';
import * as clients from '@restatedev/restate-sdk-clients';
import type { CaseEvent, Command, Held, NotNow } from './case-events.ts';
import type { Applied } from './case-store.ts';
import type { Notice } from './notifier.ts';
import type { Plan } from '#model/plan.ts';
import type { WaveResult } from './wave.ts';

/** The work that the durable engine calls for, again and again until it is done. */
export interface DurableWork {
  apply(caseId: string, eventId: string, event: CaseEvent): Promise<Applied>;
  /** The commands that an open case waits for, where the engine has lost them. */
  resume(caseId: string): Promise<readonly Command[]>;
  plan(caseId: string, signal: AbortSignal): Promise<{ plan: Plan; held?: Held | undefined }>;
  act(input: ActInput, signal: AbortSignal): Promise<WaveResult>;
  tell(notice: { id: string; caseId: string; kind: Notice }): Promise<void>;
}
interface ActInput {
  readonly caseId: string;
  readonly wave: number;
  readonly stepIds: readonly string[];
  readonly verifyPlan: boolean;
}

/** What became of an event: it did something, or why it did not. */
export type Delivered = { readonly applied: true } | NotNow;

/** The way from the front door to a case. */
export interface Durable {
  /** Hands an event to its case and waits for what became of it. Throws when the durable engine cannot be reached. */
  deliver(caseId: string, event: CaseEvent): Promise<Delivered>;
  /** Hands an event over without waiting for what becomes of it. `key` makes a repeat harmless. */
  post(caseId: string, event: CaseEvent, key: string): Promise<void>;
  /** Gives an empty durable engine back what this open case waits for. */
  restore(caseId: string): Promise<void>;
}

// A status read or a finished event is of no use to anybody a day later: nothing is kept once a handler is over.
const forgetful = { journalRetention: 0, idempotencyRetention: { hours: 1 } } as const;
/** Until the store or Slack is back: patient, and for ever; a paused invocation would be a case that silently stands still. */
const patient = { initialRetryInterval: 100, maxRetryInterval: 15_000 } as const;

/**
 * The services that the durable engine calls: one keyed object per case, which takes one event at a time, a service that
 * runs waves, and one that tells people. All handlers are short; waiting is a delayed message, never a sleeping handler.
 */
export function createServices(work: DurableWork) {
  const herald = restate.service({
    name: 'Herald',
    options: { ingressPrivate: true, ...forgetful },
    handlers: {
      tell: async (ctx: restate.Context, notice: { id: string; caseId: string; kind: Notice }) =>
        ctx.run('tell', () => work.tell(notice), patient),
    },
  });

  const wave = restate.service({
    name: 'Wave',
    options: { ingressPrivate: true, ...forgetful },
    handlers: {
      plan: async (ctx: restate.Context, { caseId, wave: number }: { caseId: string; wave: number }) => {
        const { attemptCompletedSignal } = ctx.request();
        const planned = await ctx.run('plan', () => work.plan(caseId, attemptCompletedSignal), patient);
        toCase(ctx, caseId).handle({ kind: 'planned', wave: number, ...planned });
      },
      act: async (ctx: restate.Context, input: ActInput) => {
        const { attemptCompletedSignal } = ctx.request();
        const result = await ctx.run('act', () => work.act(input, attemptCompletedSignal), patient);
        toCase(ctx, input.caseId).handle({ kind: 'waveFinished', wave: input.wave, ...result });
      },
    },
  });

  const kase = restate.object({
    name: 'Case',
    options: { ...forgetful },
    handlers: {
      handle: async (ctx: restate.ObjectContext, event: CaseEvent): Promise<Delivered> => {
        const { id } = ctx.request();
        const eventId = Buffer.from(id).toString('base64url');
        const applied = await ctx.run('apply', () => work.apply(ctx.key, eventId, event), patient);
        if ('refused' in applied) return applied;
        applied.commands.forEach((command, index) => carryOut(ctx, command, `${eventId}:${index}`));
        return { applied: true };
      },
      restore: async (ctx: restate.ObjectContext) => {
        const commands = await ctx.run('resume', () => work.resume(ctx.key), patient);
        const id = Buffer.from(ctx.request().id).toString('base64url');
        commands.forEach((command, index) => carryOut(ctx, command, `${id}:${index}`));
      },
    },
  });

  function toCase(ctx: restate.Context, caseId: string) {
    return ctx.objectSendClient<CaseObject>({ name: 'Case' }, caseId);
  }

  function carryOut(ctx: restate.ObjectContext, command: Command, id: string): void {
    const caseId = ctx.key;
    switch (command.kind) {
      case 'plan':
        ctx.serviceSendClient(wave).plan({ caseId, wave: command.wave });
        return;
      case 'act': {
        const { wave: number, stepIds, verifyPlan } = command;
        ctx.serviceSendClient(wave).act({ caseId, wave: number, stepIds, verifyPlan });
        return;
      }
      case 'timer':
        toCase(ctx, caseId).handle(
          { kind: 'timer', timer: command.timer },
          restate.rpc.sendOpts({ delay: command.delayMs }),
        );
        return;
      case 'tell':
        ctx.serviceSendClient(herald).tell({ id, caseId, kind: command.notice });
        return;
    }
  }

  return [kase, wave, herald];
}

/** The case object as its callers see it. */
type CaseObject = {
  handle(ctx: restate.ObjectContext, event: CaseEvent): Promise<Delivered>;
  restore(ctx: restate.ObjectContext): Promise<void>;
};

/** The client's side: over HTTP to the engine's ingress, by `fetch` of the caller's choice (a unix socket, a cluster). */
export function connectDurable(ingress: { url: string; fetch?: typeof globalThis.fetch }): Durable {
  const client = clients.connect({ url: ingress.url, ...(ingress.fetch ? { fetch: ingress.fetch } : {}) });
  const caseObject = { name: 'Case' } as restate.VirtualObjectDefinition<'Case', CaseObject>;
  return {
    async deliver(caseId, event) {
      return await client.objectClient(caseObject, caseId).handle(event);
    },
    async post(caseId, event, key) {
      await client.objectSendClient(caseObject, caseId).handle(event, clients.rpc.sendOpts({ idempotencyKey: key }));
    },
    async restore(caseId) {
      await client.objectSendClient(caseObject, caseId).restore();
    },
  };
}

/** What the log hears of the SDK; the rest is every single invocation. */
const graveLevels: ReadonlySet<string> = new Set(['warn', 'error']);

/** The endpoint's HTTP/2 request handler. With `identityKeys` only the engine that holds the private key is answered. */
export function createEndpoint(
  work: DurableWork,
  identityKeys: readonly string[],
  log: (message: string, data: Record<string, unknown>) => void,
) {
  return restate.createEndpointHandler({
    services: createServices(work),
    ...(identityKeys.length > 0 ? { identityKeys: [...identityKeys] } : {}),
    logger: ({ level, context }, message: unknown) => {
      if (!graveLevels.has(level)) return;
      // The first line only: what follows may hold an event's content.
      const said = String(message).split('\n')[0]?.slice(0, 300);
      log('the durable engine met a problem', { level, said, target: context?.invocationTarget });
    },
  });
}
