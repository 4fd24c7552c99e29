import { schedule as onTheClock, type ScheduledTask } from 'node-cron';

export interface ScheduleDeps {
  /** Reads the people source anew. */
  refreshPeople(): Promise<void>;
  /** Takes up cases that were recorded and never handed over. */
  recover(): Promise<void>;
  log(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** What happens by the clock: node-cron only rings; what it rings for is harmless when it happens twice. */
export function startSchedule(deps: ScheduleDeps): { stop(): Promise<void> } {
  const tasks: ScheduledTask[] = [
    onTheClock('*/5 * * * *', () => quietly(deps, 'people could not be refreshed', () => deps.refreshPeople()), {
      noOverlap: true,
    }),
    onTheClock('* * * * *', () => quietly(deps, 'left cases could not be taken up', () => deps.recover()), {
      noOverlap: true,
    }),
  ];
  return {
    async stop() {
      await Promise.all(tasks.map(async (task) => task.destroy()));
    },
  };
}

/** A bell that finds nobody at home rings again at its next time; the log says that it did. */
async function quietly(deps: ScheduleDeps, message: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    deps.log(message, { error: error instanceof Error ? error.name : typeof error });
  }
}
