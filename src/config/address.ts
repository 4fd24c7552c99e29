import { BlockList, isIP } from 'node:net';

/**
 * Why a web address may not be a target system's, or `undefined`. Judged after WHATWG parsing, so that every spelling of
 * an address counts (https://url.spec.whatwg.org/#host-parsing); what a name resolves to is judged when connecting.
 */
export function addressFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'This is not a web address.';
  if (url.username || url.password) return 'A user name or a password stands inside this address.';
  if (url.protocol !== 'https:') return 'A target system is reached over https only.';
  if (isInternal(url.hostname)) return 'This address leads to this machine or into a private network.';
  return undefined;
}

/** A password inside an address of any scheme, also of one that is no web address. */
export function hasPassword(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*@/i.test(text);
}

function isInternal(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) === 4) return internalV4.check(host, 'ipv4');
  if (isIP(host) === 6) return internalV6.check(host, 'ipv6');
  return !host.includes('.') || /\.(localhost|local|internal|intranet|lan|home\.arpa|corp|home)$/.test(host);
}

/**
 * Loopback, private, link-local, shared and other addresses that no public system has (RFC 6890). Two lists, because one
 * list with the mapped addresses ::ffff:0:0/96 in it would hold every IPv4 address.
 */
const internalV4 = new BlockList();
const internalV6 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  internalV4.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['::ffff:0:0', 96],
  ['2001:db8::', 32],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['2002::', 16],
] as const)
  internalV6.addSubnet(network, prefix, 'ipv6');
