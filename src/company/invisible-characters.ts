/**
 * Joiners that belong to the spelling of a word (UAX #31 section 2.3, RFC 5892 appendix A.1 and A.2): between letters or
 * marks of scripts whose letters join, as in Persian, Bengali and Sinhala, and after a virama. Elsewhere they are invisible.
 */
const spellingJoiner =
  /(?<=[\p{L}\p{M}])(?<=[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nkoo}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Java}\p{scx=Bali}])[\u200c\u200d](?=[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nkoo}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Java}\p{scx=Bali}])(?=[\p{L}\p{M}])|(?<=[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2])[\u200c\u200d]/gu;

/** Variants of the same letter: of Chinese characters in names, and of Mongolian letters. */
const formOfALetter =
  /(?<=\p{Ideographic})[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]|(?<=\p{scx=Mong})[\u180b-\u180d\u180f]/gu;

/** Control, bidi, zero-width and other invisible characters, line separators, lone surrogates, private use. */
const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/u;

/** Whether a name contains invisible characters that its spelling does not need. */
export const hasInvisibleCharacters = (name: string): boolean =>
  invisible.test(name.replace(spellingJoiner, '').replace(formOfALetter, ''));
