/** A person of the emulated company, as its HR system would list them. */
export interface Person {
  /** Immutable; also the middle of the Slack user id and of the ids in the doubles. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly aliases?: readonly string[];
  readonly department: string;
  readonly title: string;
  /** The id of the manager; the founder has none. */
  readonly managerId?: string;
  readonly employment: 'employee' | 'contractor';
  readonly gitHubLogin?: string;
}

export const company = { name: 'Brightwater', domain: 'brightwater.example' } as const;

function person(
  id: string,
  name: string,
  department: string,
  title: string,
  managerId?: string,
  more: Partial<Pick<Person, 'aliases' | 'employment' | 'gitHubLogin'>> = {},
): Person {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@${company.domain}`;
  return { id, name, email, department, title, employment: 'employee', ...(managerId ? { managerId } : {}), ...more };
}

/** Twenty-two people: enough for manager lines, homonyms and a contractor. The names are invented. */
export const people: readonly Person[] = [
  person('1001', 'Grace Okafor', 'Leadership', 'Chief Executive'),
  person('1002', 'Tomas Lindqvist', 'Leadership', 'Chief Technology Officer', '1001', { gitHubLogin: 'tlindqvist' }),
  person('1003', 'Harriet Bloom', 'People', 'Head of People', '1001'),
  person('1004', 'Hugo Marchetti', 'People', 'People Partner', '1003'),
  person('1005', 'Selma Novak', 'Security', 'Head of Security', '1002', { gitHubLogin: 'selma-sec' }),
  person('1006', 'Samir Haddad', 'Security', 'Security Engineer', '1005', { gitHubLogin: 'samirh' }),
  person('1007', 'Ines Duarte', 'IT', 'IT Manager', '1002', { gitHubLogin: 'inesd' }),
  person('1008', 'Ivo Petrov', 'IT', 'Systems Administrator', '1007', { gitHubLogin: 'ivopetrov' }),
  person('1009', 'Mara Quist', 'Engineering', 'Engineering Manager', '1002', { gitHubLogin: 'maraq' }),
  person('1010', 'Dana Reyes', 'Engineering', 'Staff Engineer', '1009', {
    gitHubLogin: 'dana-codes',
    aliases: ['dreyes@brightwater.example'],
  }),
  person('1011', 'Leo Brandt', 'Engineering', 'Software Engineer', '1009', { gitHubLogin: 'leobrandt' }),
  person('1012', 'Priya Raman', 'Engineering', 'Software Engineer', '1009', { gitHubLogin: 'priya-r' }),
  person('1013', 'Noah Stein', 'Engineering', 'Site Reliability Engineer', '1009', { gitHubLogin: 'nstein' }),
  person('1014', 'Olga Wirth', 'Finance', 'Head of Finance', '1001'),
  person('1015', 'Felix Amari', 'Finance', 'Accountant', '1014'),
  person('1016', 'Bianca Rossi', 'Sales', 'Head of Sales', '1001'),
  person('1017', 'Jonas Weber', 'Sales', 'Account Executive', '1016'),
  person('1018', 'Alex Kim', 'Sales', 'Account Executive', '1016'),
  { ...person('1019', 'Alex Kim', 'Support', 'Support Engineer', '1007'), email: 'alex.kim2@brightwater.example' },
  person('1020', 'Vera Solis', 'Legal', 'General Counsel', '1001'),
  person('1021', 'Quentin Adler', 'Audit', 'Internal Auditor', '1020'),
  person('1022', 'Rui Santos', 'Engineering', 'Contract Developer', '1009', {
    employment: 'contractor',
    gitHubLogin: 'ruisantos-dev',
  }),
];
