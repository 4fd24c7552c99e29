import { lookup as resolveName, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { Refused } from '../connectors/errors.ts';

/** Where requests may go: to the internet and never into the own network, or to this machine and never out of it. */
export type Allow = 'public' | 'loopback';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

// What is not globally reachable, from IANA's IPv4 special-purpose address registry (RFC 6890), and multicast.
const specialIpv4 = new BlockList();
for (const subnet of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]) {
  const [network = '', bits = ''] = subnet.split('/');
  specialIpv4.addSubnet(network, Number(bits), 'ipv4');
}

// Only global unicast (RFC 4291 section 2.4) is reachable; of it, protocol assignments, documentation and 6to4 are not.
const globalIpv6 = new BlockList();
globalIpv6.addSubnet('2000::', 3, 'ipv6');
const specialIpv6 = new BlockList();
specialIpv6.addSubnet('2001::', 23, 'ipv6');
specialIpv6.addSubnet('2001:db8::', 32, 'ipv6');
specialIpv6.addSubnet('2002::', 16, 'ipv6');
specialIpv6.addSubnet('3fff::', 20, 'ipv6');

/** Whether requests may go to this IP address. Anything that is no IP address may not be gone to. */
export function reachable(address: string, allow: Allow): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0) return false;
  // A BlockList finds an IPv4 address inside an IPv6 one too; a mapped address is refused whichever way it points.
  if (family === 'ipv6' && /^::ffff:/i.test(address)) return false;
  if (allow === 'loopback') return loopback.check(address, family);
  return family === 'ipv4'
    ? !specialIpv4.check(address, 'ipv4')
    : globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6');
}

/**
 * Parses a base URL and throws `Refused` unless requests may go there. Its host may still be a name: `pinnedLookup`
 * judges what that resolves to.
 */
export function checkedBaseUrl(connector: string, text: string, allow: Allow): URL {
  const refuse = (why: string) =>
    new Refused(`${connector}: its address in the settings ${why}. Nothing was sent. Correct it.`);
  if (!URL.canParse(text)) throw refuse('is no URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allow === 'loopback' && url.protocol === 'http:')) throw refuse('is not https');
  if (url.username !== '' || url.password !== '') throw refuse('holds a user name or a password');
  if (url.search !== '' || url.hash !== '') throw refuse('holds a query or a fragment');
  // The parser has made one spelling of all: 127.1, 0x7f000001 and 2130706433 are 127.0.0.1 here.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !reachable(host, allow)) throw refuse(elsewhere(allow));
  return url;
}

export type Resolve = (
  name: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

type Connected = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * The look-up of names for the sockets themselves, so that the address that is judged is the address that is used. One
 * address that may not be gone to makes the whole name refused.
 */
export function pinnedLookup(allow: Allow, resolve: Resolve = resolveName) {
  return (name: string, options: LookupOptions, callback: Connected): void => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => reachable(address, allow))) {
        return callback(new Refused(`its address in the settings ${elsewhere(allow)}`), []);
      }
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function elsewhere(allow: Allow): string {
  return allow === 'loopback'
    ? 'leads out of this machine, which the local world may not'
    : 'leads into a private network or to this machine';
}
