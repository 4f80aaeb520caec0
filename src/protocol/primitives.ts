// Shapes that many messages share. Each refusal says what to write instead.
import { z } from 'zod';
import { ID_PATTERN } from '#domain/kernel/ids.ts';
import { parseInstant } from '#domain/kernel/instant.ts';

export const id = z
  .string()
  .regex(ID_PATTERN, 'use 1–64 letters, digits, “.”, “_” or “-”, starting with a letter or digit');

/** The same check, its result branded as the id of one kind of thing. */
export function idOf<Id extends string>(): z.ZodType<Id, string> {
  return id as unknown as z.ZodType<Id, string>;
}

/** RFC 3339 with an offset; a local time would mean another moment on another machine. */
export const time = z.string().refine((text) => parseInstant(text) !== null, {
  error: 'write an RFC 3339 time with its offset, such as 2026-11-29T17:30:00+08:00',
});

export const timeOut = z.iso.datetime();

/** What people write, kept as it is: no NUL and no half of a character, which no database stores. */
export function words(lengthMax: number): z.ZodString {
  return z
    .string()
    .max(lengthMax)
    .regex(/^[^\0\p{Cs}]*$/u, 'must not contain NUL or half of a surrogate pair');
}

export const localized = z.strictObject({ 'zh-CN': words(200).min(1), en: words(200).min(1) });

export const scanId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'use 1–64 letters, digits, “.”, “_”, “:” or “-”');

export const direction = z.enum(['in', 'out']);

export const limit = z.int().min(0).max(1_000_000);
