import type { Identity } from '#model/identity.ts';

function person(id: string, displayName: string, department: string, email?: string): Identity {
  const address = email ?? `${displayName.toLowerCase().replaceAll(' ', '.')}@brightwater.example`;
  return { id, displayName, department, email: address, aliases: [], title: 'Engineer', employment: 'employee' };
}

export const hugo = person('1004', 'Hugo Marchetti', 'People');
export const selma = person('1005', 'Selma Novak', 'Security');
export const samir = person('1006', 'Samir Haddad', 'Security');
export const ivo = person('1008', 'Ivo Petrov', 'IT');
export const mara = person('1009', 'Mara Quist', 'Engineering');
export const dana: Identity = { ...person('1010', 'Dana Reyes', 'Engineering'), managerId: '1009' };
export const leo = person('1011', 'Leo Brandt', 'Engineering');
export const alexSales = person('1018', 'Alex Kim', 'Sales');
export const alexSupport = person('1019', 'Alex Kim', 'Support', 'alex.kim2@brightwater.example');
export const quentin = person('1021', 'Quentin Adler', 'Audit');

export const everybody: readonly Identity[] = [
  hugo,
  selma,
  samir,
  ivo,
  mara,
  dana,
  leo,
  alexSales,
  alexSupport,
  quentin,
];

/** A person's Slack user id in the tests. */
export function slackIdOf({ id }: Pick<Identity, 'id'>): string {
  return `U0000${id}`;
}
