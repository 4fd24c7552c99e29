/** The rights of a bot token that the bot cannot do its work without; manifest.yml asks for the same, and for no others. */
export const botScopes = [
  'commands',
  'chat:write',
  'users:read',
  'users:read.email',
  'groups:read',
  'files:write',
] as const;
