import { z } from 'zod';
import { hasInvisibleCharacters } from '../company/invisible-characters.ts';

/** Whom mails are from. Mail programs decode encoded words (RFC 2047) even where they must not, into controls too. */
export const mailSender = z
  .string()
  .min(3)
  .refine((sender) => !sender.includes('=?') && !hasInvisibleCharacters(sender), {
    error: 'must name the sender as mail programs show it: without invisible characters and without “=?”',
  });
