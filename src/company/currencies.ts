/**
 * The currencies that a company can use: ISO 4217 "List One: current currency & funds" as of Amendment 180
 * (in force 2026-01-01), maintained by SIX. Left out are its codes that nobody pays with: funds and units of account
 * (BOV CHE CHW CLF COU MXV USN UYI UYW XAD XDR XSU XUA XBA XBB XBC XBD), metals (XAG XAU XPD XPT), XTS and XXX.
 *
 * Frappe 15 and 16.0.0-dev make no `Currency` document for these: AOA AZN BYN GEL MGA MRU PAB SLE SSP STN SVC TJS TMT
 * VED VES XCG XPF ZWG. A bench has to get one before a company can use it.
 */
const active: ReadonlySet<string> = new Set(
  `
  AED AFN ALL AMD AOA ARS AUD AWG AZN
  BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
  CAD CDF CHF CLP CNY COP CRC CUP CVE CZK
  DJF DKK DOP DZD
  EGP ERN ETB EUR
  FJD FKP
  GBP GEL GHS GIP GMD GNF GTQ GYD
  HKD HNL HTG HUF
  IDR ILS INR IQD IRR ISK
  JMD JOD JPY
  KES KGS KHR KMF KPW KRW KWD KYD KZT
  LAK LBP LKR LRD LSL LYD
  MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
  NAD NGN NIO NOK NPR NZD
  OMR
  PAB PEN PGK PHP PKR PLN PYG
  QAR
  RON RSD RUB RWF
  SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
  THB TJS TMT TND TOP TRY TTD TWD TZS
  UAH UGX USD UYU UZS
  VED VES VND VUV
  WST
  XAF XCD XCG XOF XPF
  YER
  ZAR ZMW ZWG
  `
    .trim()
    .split(/\s+/),
);

/** Every code, in order. */
export const currencies = (): readonly string[] => [...active];

/** Whether `code` is an active ISO 4217 currency, written in upper case. */
export const isCurrency = (code: string): boolean => active.has(code);

/** The upper-case code that `text` spells in any case, or undefined when it is not an active ISO 4217 currency. */
export function parseCurrency(text: string): string | undefined {
  // Only ASCII: toUpperCase would turn "uſd" into USD.
  if (!/^[A-Za-z]{3}$/.test(text)) return undefined;
  const code = text.toUpperCase();
  return isCurrency(code) ? code : undefined;
}
