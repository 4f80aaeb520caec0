export type Contact = { readonly email: string } | { readonly phone: string };

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;
const PHONE = /^\+?\d{7,15}$/;

/** An e-mail address or a phone number, as people type them; null: neither. */
export function readContact(text: string): Contact | null {
  const trimmed = text.trim();
  if (EMAIL.test(trimmed)) return { email: trimmed };
  const digits = trimmed.replaceAll(/[\s()-]/g, '');
  return PHONE.test(digits) ? { phone: digits } : null;
}
