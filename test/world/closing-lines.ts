import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Ends a run with what was skipped, each with its name (which says why), and one plain line of counts. */
export class ClosingLines implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const of = (state: ReturnType<TestCase['result']>['state']) =>
      tests.filter((test) => test.result().state === state);
    for (const test of of('skipped')) console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}`);
    console.log(`Tests: ${of('passed').length} passed, ${of('failed').length} failed, ${of('skipped').length} skipped`);
  }
}
