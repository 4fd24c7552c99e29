import { LogLevel, type Logger } from '@slack/bolt';
import type { Log } from './log.ts';

/**
 * Hands warnings and errors of Slack's libraries to our log, shortened: their debug lines hold whole payloads and are
 * dropped, and so is whatever object stands behind a message.
 */
export function slackLogger(log: Log): Logger {
  const pass = (message: string) => (first: unknown) =>
    log(message, {
      says: (typeof first === 'string' ? first : first instanceof Error ? first.name : typeof first).slice(0, 300),
    });
  const drop = () => undefined;
  return {
    debug: drop,
    info: drop,
    warn: pass('slack library warning'),
    error: pass('slack library error'),
    setLevel: drop,
    getLevel: () => LogLevel.WARN,
    setName: drop,
  };
}
