/** `anna.berg@example.org` → `a***@example.org`, `+8613800001234` → `***1234`: enough to recognise one's own by. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return `***${address.slice(-4)}`;
  const [first = ''] = address;
  return `${first}***${address.slice(at)}`;
}

/** What others say may hold the address it was about: servers like to repeat it. */
export function withoutAddress(text: string, address: string): string {
  const others = text.split(address).map((part) => part.replace(/[^\s<>"'@]+@[^\s<>"']+/g, '***'));
  return others.join(maskedAddress(address)).slice(0, WHY_LENGTH_MAX);
}

const WHY_LENGTH_MAX = 200;
