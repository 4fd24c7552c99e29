import { describe, expect, it } from 'vitest';
import { stepRef } from '#bot/ids.ts';
import type { StepView } from '#engine/engine.ts';
import { step } from './cases.ts';
import { alexSales, dana, ivo, leo, mara, selma, slackIdOf } from './people.ts';
import { channel, openWorld, type World } from './world.ts';

const selmaId = slackIdOf(selma);
const ivoId = slackIdOf(ivo);
const direct = (person: Parameters<typeof slackIdOf>[0]) => `D${slackIdOf(person).slice(1)}`;

/** A step in the door system, which Ivo owns and where nothing can be read. */
function badge(more: Partial<StepView> = {}): StepView {
  return step(4, {
    status: 'handedOver',
    attempts: 1,
    because: 'Take the badge and block it at the desk.',
    ownerEmail: ivo.email,
    ...more,
  });
}
const key = (of: StepView, caseId = 'OFF-7') => `task:${caseId}:${stepRef(of.id)}`;
const attested = (world: World) => world.engine.case('OFF-7').then((view) => view?.steps.at(-1));
const shown = (world: World, of: StepView = badge()) => JSON.stringify(world.card(key(of)).blocks);
const messagesTo = (world: World, person: Parameters<typeof slackIdOf>[0]) =>
  world.slack.workspace.messagesIn(direct(person)).map(({ text }) => text);

async function openHanded(steps: readonly StepView[] = [badge()]): Promise<World> {
  const world = await openWorld();
  world.engine.place('OFF-7', { phase: 'removing', steps });
  await world.engine.tell('OFF-7', 'needsPerson');
  return world;
}

/** Gives their word in the form that opened. */
async function giveWord(world: World, as: string, viewId: string | undefined): Promise<void> {
  await world.hands.submit({ as, viewId: viewId ?? '', values: { note: { note: 'Badge is in the safe' } } });
}

describe('a step by hand', () => {
  it('reaches its owner once, with who leaves, what to do and the button', async () => {
    await using world = await openHanded();
    await world.engine.tell('OFF-7', 'needsPerson');
    await world.engine.tell('OFF-7', 'needsPerson', 'another notice');

    expect(messagesTo(world, ivo)).toEqual([
      'To do by hand in Door badges, case OFF-7: Dana Reyes leaves, and Door badges has no interface: a person has to do this there.',
    ]);
    expect(world.card(key(badge())).channel).toBe(direct(ivo));
    for (const part of ['Person\\nDana Reyes, Engineering', 'Account\\ndana-4', 'Needed\\nsuspend sign-in'])
      expect(shown(world)).toContain(part);
    expect(shown(world)).toContain('What to do\\nTake the badge and block it at the desk.');
    expect(shown(world)).toContain('exeunt.step.attest');
    expect(JSON.stringify(world.card('OFF-7').blocks)).toContain('! handed to a person (owner asked) · Door badges');
  });

  it("is settled by the owner's word, and their card then says so and has no button", async () => {
    await using world = await openHanded();
    await world.until(() => world.card(key(badge())).editedTs !== undefined);

    const { view } = await world.hands.press({
      as: ivoId,
      actionId: 'exeunt.step.attest',
      at: world.card(key(badge())),
    });
    await giveWord(world, ivoId, view?.id);

    expect(await attested(world)).toMatchObject({
      status: 'attested',
      by: ivo.id,
      attestation: 'Badge is in the safe',
    });
    await world.until(() => shown(world).includes('Done by hand, on the word of Ivo Petrov.'));
    expect(shown(world)).not.toContain('"button"');
    await world.until(() => JSON.stringify(world.card('OFF-7').blocks).includes('✎ by hand (Ivo Petrov)'));
    expect(messagesTo(world, ivo)).toHaveLength(1);
  });

  it("is settled on the case's card as well, and the owner's card then says by whom", async () => {
    await using world = await openHanded();

    const { view } = await world.hands.press({ as: selmaId, actionId: 'exeunt.step.attest', at: world.card('OFF-7') });
    await giveWord(world, selmaId, view?.id);

    await world.until(() => shown(world).includes('Done by hand, on the word of Selma Novak.'));
    expect(shown(world)).not.toContain('"button"');
  });

  it('keeps its card over a restart, and what changed meanwhile is on it', async () => {
    await using world = await openHanded();
    await world.until(() => world.card(key(badge())).editedTs !== undefined);

    await world.restart();
    await world.engine.tell('OFF-7', 'needsPerson');
    const { view } = await world.hands.press({
      as: ivoId,
      actionId: 'exeunt.step.attest',
      at: world.card(key(badge())),
    });
    expect(view?.id).toBeDefined();
    world.engine.place('OFF-7', { phase: 'removing', steps: [badge({ status: 'attested', by: selma.id })] });
    await world.restart();

    await world.until(() => shown(world).includes('Done by hand, on the word of Selma Novak.'));
    expect(messagesTo(world, ivo)).toHaveLength(1);
  });

  it('is not taken from the button of a card that has had its time', async () => {
    await using world = await openHanded();
    await world.until(() => world.card(key(badge())).editedTs !== undefined);
    const value = world.valueOf(key(badge()), 'exeunt.step.attest');
    const { ts } = world.card(key(badge()));
    world.engine.place('OFF-7', { phase: 'removing', steps: [badge({ status: 'attested', by: selma.id })] });

    await world.send(world.pressForm(ivoId, { actionId: 'exeunt.step.attest', value, ts, channel: direct(ivo) }));

    await world.until(() => messagesTo(world, ivo).length > 1);
    expect(messagesTo(world, ivo).at(-1)).toContain('This card is outdated. Nothing was changed.');
    await world.until(() => !shown(world).includes('"button"'));
  });

  it('may be settled before the card was signed for its conversation, by nobody but the owner', async () => {
    await using world = await openHanded();
    const posted = world.slack.calls.find(
      ({ method, args }) => method === 'chat.postMessage' && args['channel'] === ivoId,
    );
    const value = /"value":"([^"]+)"/.exec(String(posted?.args['blocks']))?.[1] ?? '';
    const first = { actionId: 'exeunt.step.attest', value, ts: world.card(key(badge())).ts, channel: direct(ivo) };

    await world.send(world.pressForm(slackIdOf(leo), first));
    await world.send(world.pressForm(selmaId, { ...first, channel: direct(selma) }));
    await world.send(world.pressForm(ivoId, { ...first, channel }));
    for (const person of [leo, selma, ivo]) expect(world.slack.workspace.topView(slackIdOf(person))).toBeUndefined();
    await world.send(world.pressForm(ivoId, first));

    await world.until(() => world.slack.workspace.topView(ivoId) !== undefined);
    expect(value).not.toBe(world.valueOf(key(badge()), 'exeunt.step.attest'));
  });

  it('is nobody else’s to settle, whatever their click says of where it comes from', async () => {
    await using world = await openHanded();
    await world.until(() => world.card(key(badge())).editedTs !== undefined);
    const value = world.valueOf(key(badge()), 'exeunt.step.attest');
    const { ts } = world.card(key(badge()));
    const stolen = { actionId: 'exeunt.step.attest', value, ts };

    await world.send(world.pressForm(slackIdOf(leo), { ...stolen, channel: direct(ivo) }));
    await world.send(world.pressForm(slackIdOf(dana), { ...stolen, channel: direct(ivo) }));
    await world.send(world.pressForm(slackIdOf(leo), { ...stolen, channel }));

    expect(world.slack.workspace.topView(slackIdOf(leo))).toBeUndefined();
    expect(world.slack.workspace.topView(slackIdOf(dana))).toBeUndefined();
    expect(await attested(world)).toMatchObject({ status: 'handedOver' });
  });

  it('is said to be unreachable, once in the log and on the card, where the owner is not in Slack', async () => {
    await using world = await openHanded([badge({ ownerEmail: 'facilities@elsewhere.example' })]);
    await world.engine.tell('OFF-7', 'needsPerson', 'another notice');

    expect(world.logged.filter(({ message }) => message.includes('owner'))).toEqual([
      {
        message: 'the owner of a system could not be asked in Slack',
        data: { caseId: 'OFF-7', step: stepRef(badge().id), why: 'notInSlack' },
      },
    ]);
    await world.until(() => JSON.stringify(world.card('OFF-7').blocks).includes('(owner not in Slack)'));
    expect(world.store.cards.size).toBe(1);
  });

  it('is sent for each step and to each owner, and for none that nobody approved or tried', async () => {
    const steps = [
      badge(),
      badge({ id: 'b2', ownerEmail: mara.email }),
      badge({ id: 'b3', unapproved: true }),
      badge({ id: 'b4', attempts: 0 }),
      badge({ id: 'b5', status: 'attested' }),
      step(0, { status: 'unproven', because: 'still there' }),
    ];
    await using world = await openHanded(steps);

    expect(messagesTo(world, ivo)).toHaveLength(1);
    expect(messagesTo(world, mara)).toHaveLength(1);
    expect(world.store.cards.size).toBe(3);
  });

  it('is asked of nobody any more when the case is given back', async () => {
    await using world = await openHanded();
    world.engine.place('OFF-7', { phase: 'undoing', steps: [badge()] });
    world.bot.notifier.changed('OFF-7');

    await world.until(() =>
      shown(world).includes('This is not asked of you any more; do nothing here. The case: undoing.'),
    );
    expect(shown(world)).not.toContain('"button"');
    await world.until(() => world.card('OFF-7').text.includes('given back'));
    expect(JSON.stringify(world.card('OFF-7').blocks)).not.toContain('exeunt.step.attest');
  });

  it('is asked back of the owner when the case is undone, as the opposite of what was asked', async () => {
    await using world = await openHanded([badge({ status: 'attested', by: ivo.id })]);
    const back = badge({ id: 'back', operation: 'unsuspend' });
    world.engine.place('OFF-7', { phase: 'undoing', steps: [badge({ status: 'attested', by: ivo.id }), back] });

    await world.engine.tell('OFF-7', 'needsPerson', 'another notice');

    expect(messagesTo(world, ivo)).toEqual([
      'To do by hand in Door badges, case OFF-7: The offboarding of Dana Reyes is being undone, and Door badges has no interface: a person has to give this back.',
    ]);
    expect(shown(world, back)).toContain('Turn back what was asked before: Take the badge and block it at the desk.');
    expect(shown(world, back)).toContain('exeunt.step.attest');
  });

  it('reaches the owner at the second try when Slack does not take the first', async () => {
    await using world = await openHanded();
    world.engine.place('OFF-7', { phase: 'removing', steps: [badge(), badge({ id: 'b2', ownerEmail: mara.email })] });
    world.slack.faults.next({ kind: 'serverError' }, { method: 'chat.postMessage' });

    await expect(world.engine.tell('OFF-7', 'needsPerson')).rejects.toThrow(/./);
    expect(messagesTo(world, mara)).toEqual([]);
    await world.engine.tell('OFF-7', 'needsPerson');

    expect(messagesTo(world, mara)).toHaveLength(1);
    expect(messagesTo(world, ivo)).toHaveLength(1);
  });
});

describe('a step by hand whose owner leaves', () => {
  it('never reaches the leaver, but their manager, who has a button only where the engine takes their word', async () => {
    await using world = await openHanded([badge({ ownerEmail: dana.email })]);

    expect(world.slack.workspace.messagesIn(direct(dana))).toEqual([]);
    expect(messagesTo(world, mara)).toHaveLength(1);
    expect(shown(world)).toContain('Its owner is the person who leaves, so it comes to you.');
    expect(shown(world)).toContain('Tell an approver of this case when it is done: they record it.');
    expect(shown(world)).not.toContain('"button"');
    expect(JSON.stringify(world.card('OFF-7').blocks)).toContain('(owner leaves, manager asked)');
  });

  it('gives a manager who may steer the case the button', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-7', {
      phase: 'removing',
      steps: [badge({ ownerEmail: dana.email })],
      view: { manager: selma },
    });

    await world.engine.tell('OFF-7', 'needsPerson');

    expect(messagesTo(world, selma)).toHaveLength(1);
    expect(shown(world)).toContain('exeunt.step.attest');
  });

  it.each([
    ['there is no manager', { manager: undefined }],
    ['the leaver is their own manager', { manager: dana }],
  ])("stays on the approvers' card where %s", async (_what, view) => {
    await using world = await openWorld();
    world.engine.place('OFF-7', { phase: 'removing', steps: [badge({ ownerEmail: dana.email })], view });

    await world.engine.tell('OFF-7', 'needsPerson');

    expect([...world.store.cards.keys()]).toEqual(['OFF-7']);
    expect(world.slack.workspace.messagesIn(direct(dana))).toEqual([]);
    await world.until(() => JSON.stringify(world.card('OFF-7').blocks).includes('(owner leaves, nobody asked)'));
  });

  it('does not reach the leaver under an address that they have besides', async () => {
    await using world = await openWorld();
    const subject = { ...dana, aliases: [alexSales.email] };
    world.engine.place('OFF-7', {
      phase: 'removing',
      subject,
      steps: [badge({ ownerEmail: alexSales.email })],
      view: { manager: undefined },
    });

    await world.engine.tell('OFF-7', 'needsPerson');

    expect([...world.store.cards.keys()]).toEqual(['OFF-7']);
    expect(messagesTo(world, alexSales)).toEqual([]);
  });
});
