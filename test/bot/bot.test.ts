import { describe, expect, it } from 'vitest';
import { step } from './cases.ts';
import { dana, hugo, leo, quentin, samir, selma, slackIdOf } from './people.ts';
import { channel, openWorld } from './world.ts';

const hugoId = slackIdOf(hugo);
const selmaId = slackIdOf(selma);
const samirId = slackIdOf(samir);
const danaId = slackIdOf(dana);

describe('an offboarding in Slack', () => {
  it('goes from the command over the card to the approval and the edited card', async () => {
    await using world = await openWorld();

    const said = await world.hands.say({ as: hugoId, text: `/offboard @Dana Reyes left today`, channel });
    expect(world.privately(hugoId)).toEqual(['Case OFF-1 is open.']);
    expect(said.messages.length).toBeGreaterThan(0);
    expect(world.card('OFF-1').text).toMatch(/^Offboarding of Dana Reyes, case OFF-1: A decision is needed/);

    await world.hands.press({ as: selmaId, actionId: 'exeunt.case.approve', at: world.card('OFF-1') });

    expect(world.engine.decisions).toEqual([{ caseId: 'OFF-1', by: selma.id, verdict: 'approved' }]);
    expect(world.privately(selmaId)).toEqual(['Your decision is recorded: approved.']);
    await world.until(() => world.card('OFF-1').text.includes('Approved.'));
    expect(JSON.stringify(world.card('OFF-1').blocks)).not.toContain('exeunt.case.approve');
    expect(JSON.stringify(world.card('OFF-1').blocks)).toContain('Approved by Selma Novak.');
  });

  it('is rejected with a reason in a form, and not without one', async () => {
    await using world = await openWorld();
    await world.hands.say({ as: hugoId, text: '/offboard dana.reyes@brightwater.example', channel });

    const { view } = await world.hands.press({ as: selmaId, actionId: 'exeunt.case.reject', at: world.card('OFF-1') });
    const viewId = view?.id ?? '';
    const empty = await world.hands.submit({ as: selmaId, viewId, values: { reason: { reason: '   ' } } });
    expect(empty.errors).toEqual({ reason: expect.stringContaining('Say why') });
    expect(world.engine.decisions).toEqual([]);

    const done = await world.hands.submit({ as: selmaId, viewId, values: { reason: { reason: 'Stays until June' } } });

    expect(world.engine.decisions).toEqual([{ caseId: 'OFF-1', by: selma.id, verdict: 'rejected' }]);
    expect(JSON.stringify(done.view?.view)).toContain('Your decision is recorded: rejected.');
    await world.until(() =>
      JSON.stringify(world.card('OFF-1').blocks).includes('Rejected by Selma Novak: Stays until June'),
    );
  });

  it('opens the same form by command, and decides nothing from its text', async () => {
    await using world = await openWorld();
    await world.hands.say({ as: hugoId, text: '/offboard @Dana Reyes', channel });

    const { view } = await world.hands.say({ as: selmaId, text: '/offboard approve OFF-1', channel });

    expect(world.engine.decisions).toEqual([]);
    await world.hands.submit({ as: selmaId, viewId: view?.id ?? '', values: {} });
    expect(world.engine.decisions).toEqual([{ caseId: 'OFF-1', by: selma.id, verdict: 'approved' }]);
  });

  it('deletes only after the address of the person was typed', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-7', { phase: 'awaitingDeletion', steps: [step(0, { status: 'changed' }), step(3)] });
    await world.engine.tell('OFF-7', 'deletionAsked');

    const at = world.card('OFF-7');
    const { view } = await world.hands.press({ as: selmaId, actionId: 'exeunt.deletion.approve', at });
    const viewId = view?.id ?? '';
    const confirm = (text: string) =>
      world.hands.submit({ as: selmaId, viewId, values: { confirmation: { confirmation: text } } });
    expect((await confirm('dana')).errors).toEqual({ confirmation: expect.stringContaining('Nothing was deleted') });
    expect(world.engine.decisions).toEqual([]);

    await confirm(' Dana.Reyes@brightwater.example ');
    expect(world.engine.decisions).toEqual([{ caseId: 'OFF-7', by: selma.id, verdict: 'approved' }]);
  });

  it('lets one of two people of the same name be chosen, and keeps the reason', async () => {
    await using world = await openWorld();

    const { messages } = await world.hands.say({ as: hugoId, text: '/offboard Alex Kim moved on', channel });
    const list = messages.at(-1);
    expect(list?.text).toContain('may be one of these people. Nothing was opened yet');
    expect(world.engine.asked).toEqual([]);

    await world.hands.press({ as: hugoId, actionId: 'exeunt.person.choose.1', at: list! });
    expect((await world.engine.case('OFF-1'))?.subject.id).toBe('1019');
    expect((await world.engine.case('OFF-1'))?.offboarding.trigger.reason).toBe('moved on');
  });

  it('lists both people of a name that Slack left as it was typed, and says nobody of a name that nobody has', async () => {
    await using world = await openWorld();

    const { messages } = await world.hands.say({ as: hugoId, text: '/offboard @Alex Kim moved to Lisbon', channel });
    const list = messages.at(-1);
    expect(list?.text).toContain('"Alex Kim" may be one of these people. Nothing was opened yet');
    const shown = JSON.stringify(list?.blocks);
    expect(shown).toContain('alex.kim@brightwater.example');
    expect(shown).toContain('alex.kim2@brightwater.example');

    await world.hands.say({ as: hugoId, text: '/offboard @Nemo here', channel });
    expect(world.privately(hugoId).at(-1)).toBe(
      'The people source knows nobody called "Nemo here". Nothing was changed. Name the person by their company address, or see /offboard help.',
    );
    expect(world.engine.asked).toEqual([]);

    await world.hands.press({ as: hugoId, actionId: 'exeunt.person.choose.0', at: list! });
    expect(await world.engine.case('OFF-1')).toMatchObject({
      subject: { id: '1018' },
      offboarding: { trigger: { reason: 'moved to Lisbon' } },
    });
  });

  it.each([
    ['a short one', 'Dana Reyes left us today', 'left us today'],
    ['a name of more words than five behind it', 'Dana Reyes one two three four five', 'one two three four five'],
    ['no reason', 'Dana Reyes', undefined],
  ])(
    'takes the longest beginning that is a name for the person, the rest for the reason: %s',
    async (_what, text, why) => {
      await using world = await openWorld();

      await world.hands.say({ as: hugoId, text: `/offboard ${text}`, channel });

      expect((await world.engine.case('OFF-1'))?.subject.id).toBe(dana.id);
      expect((await world.engine.case('OFF-1'))?.offboarding.trigger.reason).toBe(why);
    },
  );

  it('takes a step again, and a word for a step that only a person can do', async () => {
    await using world = await openWorld();
    const failed = step(0, { status: 'unproven', because: 'still shows a session' });
    const byHand = step(4, { status: 'handedOver', attempts: 1, because: 'Take the badge.' });
    world.engine.place('OFF-7', { phase: 'removing', steps: [failed, byHand] });
    await world.engine.tell('OFF-7', 'needsPerson');

    await world.hands.press({ as: selmaId, actionId: 'exeunt.step.retry', at: world.card('OFF-7') });
    expect((await world.engine.case('OFF-7'))?.steps[0]?.status).toBe('running');

    const { view } = await world.hands.press({ as: selmaId, actionId: 'exeunt.step.attest', at: world.card('OFF-7') });
    await world.hands.submit({
      as: selmaId,
      viewId: view?.id ?? '',
      values: { note: { note: 'Badge is in the safe' } },
    });
    expect((await world.engine.case('OFF-7'))?.steps[1]).toMatchObject({
      status: 'attested',
      by: selma.id,
      attestation: 'Badge is in the safe',
    });
  });

  it('shows the plan page by page', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-7', { phase: 'removing', steps: Array.from({ length: 45 }, (_, index) => step(index)) });
    await world.engine.tell('OFF-7', 'approved');

    const first = await world.hands.press({ as: selmaId, actionId: 'exeunt.plan.view', at: world.card('OFF-7') });
    expect(JSON.stringify(first.view?.view)).toContain('page 1 of 3');
    const second = await world.hands.press({
      as: selmaId,
      actionId: 'exeunt.plan.page.on',
      at: { viewId: first.view?.id ?? '' },
    });
    expect(JSON.stringify(second.view?.view)).toContain('page 2 of 3');
  });

  it('sends the evidence as a file to whoever may read it, and to nobody else', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-7', { phase: 'done', steps: [step(0, { status: 'changed' })] });

    await world.hands.say({ as: slackIdOf(quentin), text: '/offboard evidence OFF-7', channel });
    const file = world.slack.workspace.messagesIn('D00001021').flatMap(({ fileIds }) => fileIds ?? []);
    expect(file).toHaveLength(1);
    const content = Buffer.from(world.slack.workspace.file(file[0] ?? '')?.content ?? '', 'base64').toString('utf8');
    expect(JSON.parse(content)).toMatchObject({ format: 'exeunt-evidence/1', caseId: 'OFF-7' });
    expect(world.privately(slackIdOf(quentin)).at(-1)).toContain(
      '2 steps proven by a fresh read, 1 attested by a person, 0 open.',
    );

    await world.hands.say({ as: danaId, text: '/offboard evidence OFF-7' });
    const dm = world.slack.workspace.messagesIn('D00001010');
    expect(dm.map(({ text }) => text)).toEqual([expect.stringContaining('There is no such case that you may see.')]);
  });

  it('lets a held batch go after two people, and one of them cannot do it alone', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-7', { phase: 'held', subject: dana });
    world.engine.place('OFF-8', { phase: 'held', subject: leo });
    world.engine.hold('batch-1', ['OFF-7', 'OFF-8']);
    await world.engine.tell('OFF-7', 'held');
    await world.engine.tell('OFF-8', 'held');
    expect([...world.store.cards.keys()]).toEqual(['batch:batch-1']);
    const at = world.card('batch:batch-1');

    await world.hands.press({ as: selmaId, actionId: 'exeunt.batch.allow', at });
    await world.hands.press({ as: selmaId, actionId: 'exeunt.batch.allow', at });
    expect(await world.engine.batch('batch-1')).toMatchObject({ released: false, votes: [{ by: selma.id }] });

    await world.hands.press({ as: samirId, actionId: 'exeunt.batch.allow', at });
    expect(await world.engine.batch('batch-1')).toMatchObject({ released: true });
    await world.until(() => world.card('batch:batch-1').text.includes('no longer held'));
  });

  it('lets go no more people than were shown', async () => {
    await using world = await openWorld();
    for (const [id, subject] of [
      ['OFF-7', dana],
      ['OFF-8', leo],
      ['OFF-9', quentin],
    ] as const)
      world.engine.place(id, { phase: 'held', subject });
    world.engine.hold('batch-1', ['OFF-7', 'OFF-8']);
    await world.engine.tell('OFF-7', 'held');
    const at = world.card('batch:batch-1');
    const button = {
      actionId: 'exeunt.batch.allow',
      value: world.valueOf('batch:batch-1', 'exeunt.batch.allow'),
      ts: at.ts,
    };
    world.engine.hold('batch-1', ['OFF-7', 'OFF-8', 'OFF-9']);

    await world.send(world.pressForm(selmaId, button));
    await world.until(() => world.privately(selmaId).length > 0);

    expect((await world.engine.batch('batch-1'))?.votes).toEqual([]);
    expect(world.privately(selmaId).at(-1)).toContain('This card is outdated. Nothing was changed.');
  });

  it('says who somebody is and what they may do, and lists what they may see', async () => {
    await using world = await openWorld();
    await world.hands.say({ as: hugoId, text: '/offboard @Dana Reyes', channel });

    await world.hands.say({ as: hugoId, text: '/offboard whoami', channel });
    expect(world.privately(hugoId).at(-1)).toContain('start an offboarding: yes');
    await world.hands.say({ as: hugoId, text: '/offboard list', channel });
    expect(world.privately(hugoId).at(-1)).toContain('OFF-1 · Dana Reyes · Waiting for approval');
    await world.hands.say({ as: hugoId, text: '/offboard status OFF-1', channel });
    expect(world.privately(hugoId).at(-1)).toContain('Offboarding of Dana Reyes, case OFF-1');
    await world.hands.say({ as: danaId, text: '/offboard list' });
    expect(world.slack.workspace.messagesIn('D00001010').at(-1)?.text).toBe(
      'There is no open offboarding that you may see.',
    );
  });
});
