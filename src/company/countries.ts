/**
 * The 249 countries of ISO 3166-1 under the English names that Frappe gives them: its `Country` documents are made from
 * `frappe/geo/country_info.json` (read at 15.55.1 and 16.0.0-dev, 2025-02-05). Alpha-3 codes: Debian iso-codes 4.15.
 * The two versions differ in one name: 15 still says "Turkey" where 16 says "Türkiye". A bench is best asked by code.
 * Time zones: `zone.tab` of the tz database 2025b; where a country has several, its capital's, or without a capital
 * that of most people. (Frappe's own file has none for 39 countries, and America/Adak first for the United States.)
 * Currencies: CLDR 48.2, `currencyData.json`: the first that is legal tender today; where people pay with a neighbour's as well,
 * the country's own. (Frappe's file has none for many, and some that no longer exist.)
 * Long because it is a table.
 */
export interface Country {
  /** As Frappe 16 spells it. */
  readonly name: string;
  /** ISO 3166-1 alpha-2, upper-case. */
  readonly code: string;
  /** Of its capital; a name of the IANA's tz database. */
  readonly timeZone: string;
  /** Its legal tender, by ISO 4217; null for Antarctica, which has none. */
  readonly currency: string | null;
}

const longestName = 100;

/**
 * The country that `text` means: its name as Frappe, CLDR or ISO 3166 spells it or another in common use, in any case, with
 * or without accents and punctuation; or its ISO 3166-1 alpha-2 or alpha-3 code in any case. Undefined for anything else.
 */
export function countryFor(text: string): Country | undefined {
  if (text.length > longestName) return undefined;
  // Codes are looked up unfolded: folding would accept "Ü" as the U of a code.
  return byCode.get(asciiUpperCase(text.replaceAll('.', ''))) ?? byName.get(folded(text));
}

/** Every country, by code. */
export const countries = (): readonly Country[] =>
  table.map(([code, , name, timeZone, currency]) => ({ code, name, timeZone, currency }));

const asciiUpperCase = (text: string): string => (/^[A-Za-z]+$/.test(text) ? text.toUpperCase() : text);

/** The words of a name, without what spellings differ in: "St. Lucia", "Bosnia & Herzegovina", "Gambia (the)". */
const folded = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[\p{M}'’.]/gu, '')
    .replaceAll('&', ' and ')
    .toLowerCase()
    .split(/[ ,()[\]/-]/)
    .filter((word) => word !== '' && word !== 'the')
    .map((word) => (word === 'st' ? 'saint' : word))
    .join(' ');

/** One country a line, by alpha-2 code. */
const table: readonly (readonly [
  alpha2: string,
  alpha3: string,
  name: string,
  timeZone: string,
  currency: string | null,
])[] = [
  ['AD', 'AND', 'Andorra', 'Europe/Andorra', 'EUR'],
  ['AE', 'ARE', 'United Arab Emirates', 'Asia/Dubai', 'AED'],
  ['AF', 'AFG', 'Afghanistan', 'Asia/Kabul', 'AFN'],
  ['AG', 'ATG', 'Antigua and Barbuda', 'America/Antigua', 'XCD'],
  ['AI', 'AIA', 'Anguilla', 'America/Anguilla', 'XCD'],
  ['AL', 'ALB', 'Albania', 'Europe/Tirane', 'ALL'],
  ['AM', 'ARM', 'Armenia', 'Asia/Yerevan', 'AMD'],
  ['AO', 'AGO', 'Angola', 'Africa/Luanda', 'AOA'],
  ['AQ', 'ATA', 'Antarctica', 'Antarctica/McMurdo', null],
  ['AR', 'ARG', 'Argentina', 'America/Argentina/Buenos_Aires', 'ARS'],
  ['AS', 'ASM', 'American Samoa', 'Pacific/Pago_Pago', 'USD'],
  ['AT', 'AUT', 'Austria', 'Europe/Vienna', 'EUR'],
  ['AU', 'AUS', 'Australia', 'Australia/Sydney', 'AUD'],
  ['AW', 'ABW', 'Aruba', 'America/Aruba', 'AWG'],
  ['AX', 'ALA', 'Åland Islands', 'Europe/Mariehamn', 'EUR'],
  ['AZ', 'AZE', 'Azerbaijan', 'Asia/Baku', 'AZN'],
  ['BA', 'BIH', 'Bosnia and Herzegovina', 'Europe/Sarajevo', 'BAM'],
  ['BB', 'BRB', 'Barbados', 'America/Barbados', 'BBD'],
  ['BD', 'BGD', 'Bangladesh', 'Asia/Dhaka', 'BDT'],
  ['BE', 'BEL', 'Belgium', 'Europe/Brussels', 'EUR'],
  ['BF', 'BFA', 'Burkina Faso', 'Africa/Ouagadougou', 'XOF'],
  ['BG', 'BGR', 'Bulgaria', 'Europe/Sofia', 'EUR'],
  ['BH', 'BHR', 'Bahrain', 'Asia/Bahrain', 'BHD'],
  ['BI', 'BDI', 'Burundi', 'Africa/Bujumbura', 'BIF'],
  ['BJ', 'BEN', 'Benin', 'Africa/Porto-Novo', 'XOF'],
  ['BL', 'BLM', 'Saint Barthélemy', 'America/St_Barthelemy', 'EUR'],
  ['BM', 'BMU', 'Bermuda', 'Atlantic/Bermuda', 'BMD'],
  ['BN', 'BRN', 'Brunei Darussalam', 'Asia/Brunei', 'BND'],
  ['BO', 'BOL', 'Bolivia, Plurinational State of', 'America/La_Paz', 'BOB'],
  ['BQ', 'BES', 'Bonaire, Sint Eustatius and Saba', 'America/Kralendijk', 'USD'],
  ['BR', 'BRA', 'Brazil', 'America/Sao_Paulo', 'BRL'],
  ['BS', 'BHS', 'Bahamas', 'America/Nassau', 'BSD'],
  ['BT', 'BTN', 'Bhutan', 'Asia/Thimphu', 'BTN'],
  ['BV', 'BVT', 'Bouvet Island', 'Europe/Oslo', 'NOK'],
  ['BW', 'BWA', 'Botswana', 'Africa/Gaborone', 'BWP'],
  ['BY', 'BLR', 'Belarus', 'Europe/Minsk', 'BYN'],
  ['BZ', 'BLZ', 'Belize', 'America/Belize', 'BZD'],
  ['CA', 'CAN', 'Canada', 'America/Toronto', 'CAD'],
  ['CC', 'CCK', 'Cocos (Keeling) Islands', 'Indian/Cocos', 'AUD'],
  ['CD', 'COD', 'Congo, The Democratic Republic of the', 'Africa/Kinshasa', 'CDF'],
  ['CF', 'CAF', 'Central African Republic', 'Africa/Bangui', 'XAF'],
  ['CG', 'COG', 'Congo', 'Africa/Brazzaville', 'XAF'],
  ['CH', 'CHE', 'Switzerland', 'Europe/Zurich', 'CHF'],
  ['CI', 'CIV', 'Ivory Coast', 'Africa/Abidjan', 'XOF'],
  ['CK', 'COK', 'Cook Islands', 'Pacific/Rarotonga', 'NZD'],
  ['CL', 'CHL', 'Chile', 'America/Santiago', 'CLP'],
  ['CM', 'CMR', 'Cameroon', 'Africa/Douala', 'XAF'],
  ['CN', 'CHN', 'China', 'Asia/Shanghai', 'CNY'],
  ['CO', 'COL', 'Colombia', 'America/Bogota', 'COP'],
  ['CR', 'CRI', 'Costa Rica', 'America/Costa_Rica', 'CRC'],
  ['CU', 'CUB', 'Cuba', 'America/Havana', 'CUP'],
  ['CV', 'CPV', 'Cape Verde', 'Atlantic/Cape_Verde', 'CVE'],
  ['CW', 'CUW', 'Curaçao', 'America/Curacao', 'XCG'],
  ['CX', 'CXR', 'Christmas Island', 'Indian/Christmas', 'AUD'],
  ['CY', 'CYP', 'Cyprus', 'Asia/Nicosia', 'EUR'],
  ['CZ', 'CZE', 'Czech Republic', 'Europe/Prague', 'CZK'],
  ['DE', 'DEU', 'Germany', 'Europe/Berlin', 'EUR'],
  ['DJ', 'DJI', 'Djibouti', 'Africa/Djibouti', 'DJF'],
  ['DK', 'DNK', 'Denmark', 'Europe/Copenhagen', 'DKK'],
  ['DM', 'DMA', 'Dominica', 'America/Dominica', 'XCD'],
  ['DO', 'DOM', 'Dominican Republic', 'America/Santo_Domingo', 'DOP'],
  ['DZ', 'DZA', 'Algeria', 'Africa/Algiers', 'DZD'],
  ['EC', 'ECU', 'Ecuador', 'America/Guayaquil', 'USD'],
  ['EE', 'EST', 'Estonia', 'Europe/Tallinn', 'EUR'],
  ['EG', 'EGY', 'Egypt', 'Africa/Cairo', 'EGP'],
  ['EH', 'ESH', 'Western Sahara', 'Africa/El_Aaiun', 'MAD'],
  ['ER', 'ERI', 'Eritrea', 'Africa/Asmara', 'ERN'],
  ['ES', 'ESP', 'Spain', 'Europe/Madrid', 'EUR'],
  ['ET', 'ETH', 'Ethiopia', 'Africa/Addis_Ababa', 'ETB'],
  ['FI', 'FIN', 'Finland', 'Europe/Helsinki', 'EUR'],
  ['FJ', 'FJI', 'Fiji', 'Pacific/Fiji', 'FJD'],
  ['FK', 'FLK', 'Falkland Islands (Malvinas)', 'Atlantic/Stanley', 'FKP'],
  ['FM', 'FSM', 'Micronesia, Federated States of', 'Pacific/Pohnpei', 'USD'],
  ['FO', 'FRO', 'Faroe Islands', 'Atlantic/Faroe', 'DKK'],
  ['FR', 'FRA', 'France', 'Europe/Paris', 'EUR'],
  ['GA', 'GAB', 'Gabon', 'Africa/Libreville', 'XAF'],
  ['GB', 'GBR', 'United Kingdom', 'Europe/London', 'GBP'],
  ['GD', 'GRD', 'Grenada', 'America/Grenada', 'XCD'],
  ['GE', 'GEO', 'Georgia', 'Asia/Tbilisi', 'GEL'],
  ['GF', 'GUF', 'French Guiana', 'America/Cayenne', 'EUR'],
  ['GG', 'GGY', 'Guernsey', 'Europe/Guernsey', 'GBP'],
  ['GH', 'GHA', 'Ghana', 'Africa/Accra', 'GHS'],
  ['GI', 'GIB', 'Gibraltar', 'Europe/Gibraltar', 'GIP'],
  ['GL', 'GRL', 'Greenland', 'America/Nuuk', 'DKK'],
  ['GM', 'GMB', 'Gambia', 'Africa/Banjul', 'GMD'],
  ['GN', 'GIN', 'Guinea', 'Africa/Conakry', 'GNF'],
  ['GP', 'GLP', 'Guadeloupe', 'America/Guadeloupe', 'EUR'],
  ['GQ', 'GNQ', 'Equatorial Guinea', 'Africa/Malabo', 'XAF'],
  ['GR', 'GRC', 'Greece', 'Europe/Athens', 'EUR'],
  ['GS', 'SGS', 'South Georgia and the South Sandwich Islands', 'Atlantic/South_Georgia', 'GBP'],
  ['GT', 'GTM', 'Guatemala', 'America/Guatemala', 'GTQ'],
  ['GU', 'GUM', 'Guam', 'Pacific/Guam', 'USD'],
  ['GW', 'GNB', 'Guinea-Bissau', 'Africa/Bissau', 'XOF'],
  ['GY', 'GUY', 'Guyana', 'America/Guyana', 'GYD'],
  ['HK', 'HKG', 'Hong Kong', 'Asia/Hong_Kong', 'HKD'],
  ['HM', 'HMD', 'Heard Island and McDonald Islands', 'Indian/Kerguelen', 'AUD'],
  ['HN', 'HND', 'Honduras', 'America/Tegucigalpa', 'HNL'],
  ['HR', 'HRV', 'Croatia', 'Europe/Zagreb', 'EUR'],
  ['HT', 'HTI', 'Haiti', 'America/Port-au-Prince', 'HTG'],
  ['HU', 'HUN', 'Hungary', 'Europe/Budapest', 'HUF'],
  ['ID', 'IDN', 'Indonesia', 'Asia/Jakarta', 'IDR'],
  ['IE', 'IRL', 'Ireland', 'Europe/Dublin', 'EUR'],
  ['IL', 'ISR', 'Israel', 'Asia/Jerusalem', 'ILS'],
  ['IM', 'IMN', 'Isle of Man', 'Europe/Isle_of_Man', 'GBP'],
  ['IN', 'IND', 'India', 'Asia/Kolkata', 'INR'],
  ['IO', 'IOT', 'British Indian Ocean Territory', 'Indian/Chagos', 'USD'],
  ['IQ', 'IRQ', 'Iraq', 'Asia/Baghdad', 'IQD'],
  ['IR', 'IRN', 'Iran', 'Asia/Tehran', 'IRR'],
  ['IS', 'ISL', 'Iceland', 'Atlantic/Reykjavik', 'ISK'],
  ['IT', 'ITA', 'Italy', 'Europe/Rome', 'EUR'],
  ['JE', 'JEY', 'Jersey', 'Europe/Jersey', 'GBP'],
  ['JM', 'JAM', 'Jamaica', 'America/Jamaica', 'JMD'],
  ['JO', 'JOR', 'Jordan', 'Asia/Amman', 'JOD'],
  ['JP', 'JPN', 'Japan', 'Asia/Tokyo', 'JPY'],
  ['KE', 'KEN', 'Kenya', 'Africa/Nairobi', 'KES'],
  ['KG', 'KGZ', 'Kyrgyzstan', 'Asia/Bishkek', 'KGS'],
  ['KH', 'KHM', 'Cambodia', 'Asia/Phnom_Penh', 'KHR'],
  ['KI', 'KIR', 'Kiribati', 'Pacific/Tarawa', 'AUD'],
  ['KM', 'COM', 'Comoros', 'Indian/Comoro', 'KMF'],
  ['KN', 'KNA', 'Saint Kitts and Nevis', 'America/St_Kitts', 'XCD'],
  ['KP', 'PRK', 'Korea, Democratic Peoples Republic of', 'Asia/Pyongyang', 'KPW'],
  ['KR', 'KOR', 'Korea, Republic of', 'Asia/Seoul', 'KRW'],
  ['KW', 'KWT', 'Kuwait', 'Asia/Kuwait', 'KWD'],
  ['KY', 'CYM', 'Cayman Islands', 'America/Cayman', 'KYD'],
  ['KZ', 'KAZ', 'Kazakhstan', 'Asia/Almaty', 'KZT'],
  ['LA', 'LAO', 'Lao Peoples Democratic Republic', 'Asia/Vientiane', 'LAK'],
  ['LB', 'LBN', 'Lebanon', 'Asia/Beirut', 'LBP'],
  ['LC', 'LCA', 'Saint Lucia', 'America/St_Lucia', 'XCD'],
  ['LI', 'LIE', 'Liechtenstein', 'Europe/Vaduz', 'CHF'],
  ['LK', 'LKA', 'Sri Lanka', 'Asia/Colombo', 'LKR'],
  ['LR', 'LBR', 'Liberia', 'Africa/Monrovia', 'LRD'],
  ['LS', 'LSO', 'Lesotho', 'Africa/Maseru', 'LSL'],
  ['LT', 'LTU', 'Lithuania', 'Europe/Vilnius', 'EUR'],
  ['LU', 'LUX', 'Luxembourg', 'Europe/Luxembourg', 'EUR'],
  ['LV', 'LVA', 'Latvia', 'Europe/Riga', 'EUR'],
  ['LY', 'LBY', 'Libya', 'Africa/Tripoli', 'LYD'],
  ['MA', 'MAR', 'Morocco', 'Africa/Casablanca', 'MAD'],
  ['MC', 'MCO', 'Monaco', 'Europe/Monaco', 'EUR'],
  ['MD', 'MDA', 'Moldova, Republic of', 'Europe/Chisinau', 'MDL'],
  ['ME', 'MNE', 'Montenegro', 'Europe/Podgorica', 'EUR'],
  ['MF', 'MAF', 'Saint Martin (French part)', 'America/Marigot', 'EUR'],
  ['MG', 'MDG', 'Madagascar', 'Indian/Antananarivo', 'MGA'],
  ['MH', 'MHL', 'Marshall Islands', 'Pacific/Majuro', 'USD'],
  ['MK', 'MKD', 'Macedonia', 'Europe/Skopje', 'MKD'],
  ['ML', 'MLI', 'Mali', 'Africa/Bamako', 'XOF'],
  ['MM', 'MMR', 'Myanmar', 'Asia/Yangon', 'MMK'],
  ['MN', 'MNG', 'Mongolia', 'Asia/Ulaanbaatar', 'MNT'],
  ['MO', 'MAC', 'Macao', 'Asia/Macau', 'MOP'],
  ['MP', 'MNP', 'Northern Mariana Islands', 'Pacific/Saipan', 'USD'],
  ['MQ', 'MTQ', 'Martinique', 'America/Martinique', 'EUR'],
  ['MR', 'MRT', 'Mauritania', 'Africa/Nouakchott', 'MRU'],
  ['MS', 'MSR', 'Montserrat', 'America/Montserrat', 'XCD'],
  ['MT', 'MLT', 'Malta', 'Europe/Malta', 'EUR'],
  ['MU', 'MUS', 'Mauritius', 'Indian/Mauritius', 'MUR'],
  ['MV', 'MDV', 'Maldives', 'Indian/Maldives', 'MVR'],
  ['MW', 'MWI', 'Malawi', 'Africa/Blantyre', 'MWK'],
  ['MX', 'MEX', 'Mexico', 'America/Mexico_City', 'MXN'],
  ['MY', 'MYS', 'Malaysia', 'Asia/Kuala_Lumpur', 'MYR'],
  ['MZ', 'MOZ', 'Mozambique', 'Africa/Maputo', 'MZN'],
  ['NA', 'NAM', 'Namibia', 'Africa/Windhoek', 'NAD'],
  ['NC', 'NCL', 'New Caledonia', 'Pacific/Noumea', 'XPF'],
  ['NE', 'NER', 'Niger', 'Africa/Niamey', 'XOF'],
  ['NF', 'NFK', 'Norfolk Island', 'Pacific/Norfolk', 'AUD'],
  ['NG', 'NGA', 'Nigeria', 'Africa/Lagos', 'NGN'],
  ['NI', 'NIC', 'Nicaragua', 'America/Managua', 'NIO'],
  ['NL', 'NLD', 'Netherlands', 'Europe/Amsterdam', 'EUR'],
  ['NO', 'NOR', 'Norway', 'Europe/Oslo', 'NOK'],
  ['NP', 'NPL', 'Nepal', 'Asia/Kathmandu', 'NPR'],
  ['NR', 'NRU', 'Nauru', 'Pacific/Nauru', 'AUD'],
  ['NU', 'NIU', 'Niue', 'Pacific/Niue', 'NZD'],
  ['NZ', 'NZL', 'New Zealand', 'Pacific/Auckland', 'NZD'],
  ['OM', 'OMN', 'Oman', 'Asia/Muscat', 'OMR'],
  ['PA', 'PAN', 'Panama', 'America/Panama', 'PAB'],
  ['PE', 'PER', 'Peru', 'America/Lima', 'PEN'],
  ['PF', 'PYF', 'French Polynesia', 'Pacific/Tahiti', 'XPF'],
  ['PG', 'PNG', 'Papua New Guinea', 'Pacific/Port_Moresby', 'PGK'],
  ['PH', 'PHL', 'Philippines', 'Asia/Manila', 'PHP'],
  ['PK', 'PAK', 'Pakistan', 'Asia/Karachi', 'PKR'],
  ['PL', 'POL', 'Poland', 'Europe/Warsaw', 'PLN'],
  ['PM', 'SPM', 'Saint Pierre and Miquelon', 'America/Miquelon', 'EUR'],
  ['PN', 'PCN', 'Pitcairn', 'Pacific/Pitcairn', 'NZD'],
  ['PR', 'PRI', 'Puerto Rico', 'America/Puerto_Rico', 'USD'],
  ['PS', 'PSE', 'Palestinian Territory, Occupied', 'Asia/Hebron', 'ILS'],
  ['PT', 'PRT', 'Portugal', 'Europe/Lisbon', 'EUR'],
  ['PW', 'PLW', 'Palau', 'Pacific/Palau', 'USD'],
  ['PY', 'PRY', 'Paraguay', 'America/Asuncion', 'PYG'],
  ['QA', 'QAT', 'Qatar', 'Asia/Qatar', 'QAR'],
  ['RE', 'REU', 'Réunion', 'Indian/Reunion', 'EUR'],
  ['RO', 'ROU', 'Romania', 'Europe/Bucharest', 'RON'],
  ['RS', 'SRB', 'Serbia', 'Europe/Belgrade', 'RSD'],
  ['RU', 'RUS', 'Russian Federation', 'Europe/Moscow', 'RUB'],
  ['RW', 'RWA', 'Rwanda', 'Africa/Kigali', 'RWF'],
  ['SA', 'SAU', 'Saudi Arabia', 'Asia/Riyadh', 'SAR'],
  ['SB', 'SLB', 'Solomon Islands', 'Pacific/Guadalcanal', 'SBD'],
  ['SC', 'SYC', 'Seychelles', 'Indian/Mahe', 'SCR'],
  ['SD', 'SDN', 'Sudan', 'Africa/Khartoum', 'SDG'],
  ['SE', 'SWE', 'Sweden', 'Europe/Stockholm', 'SEK'],
  ['SG', 'SGP', 'Singapore', 'Asia/Singapore', 'SGD'],
  ['SH', 'SHN', 'Saint Helena, Ascension and Tristan da Cunha', 'Atlantic/St_Helena', 'SHP'],
  ['SI', 'SVN', 'Slovenia', 'Europe/Ljubljana', 'EUR'],
  ['SJ', 'SJM', 'Svalbard and Jan Mayen', 'Arctic/Longyearbyen', 'NOK'],
  ['SK', 'SVK', 'Slovakia', 'Europe/Bratislava', 'EUR'],
  ['SL', 'SLE', 'Sierra Leone', 'Africa/Freetown', 'SLE'],
  ['SM', 'SMR', 'San Marino', 'Europe/San_Marino', 'EUR'],
  ['SN', 'SEN', 'Senegal', 'Africa/Dakar', 'XOF'],
  ['SO', 'SOM', 'Somalia', 'Africa/Mogadishu', 'SOS'],
  ['SR', 'SUR', 'Suriname', 'America/Paramaribo', 'SRD'],
  ['SS', 'SSD', 'South Sudan', 'Africa/Juba', 'SSP'],
  ['ST', 'STP', 'Sao Tome and Principe', 'Africa/Sao_Tome', 'STN'],
  ['SV', 'SLV', 'El Salvador', 'America/El_Salvador', 'USD'],
  ['SX', 'SXM', 'Sint Maarten (Dutch part)', 'America/Lower_Princes', 'XCG'],
  ['SY', 'SYR', 'Syria', 'Asia/Damascus', 'SYP'],
  ['SZ', 'SWZ', 'Swaziland', 'Africa/Mbabane', 'SZL'],
  ['TC', 'TCA', 'Turks and Caicos Islands', 'America/Grand_Turk', 'USD'],
  ['TD', 'TCD', 'Chad', 'Africa/Ndjamena', 'XAF'],
  ['TF', 'ATF', 'French Southern Territories', 'Indian/Kerguelen', 'EUR'],
  ['TG', 'TGO', 'Togo', 'Africa/Lome', 'XOF'],
  ['TH', 'THA', 'Thailand', 'Asia/Bangkok', 'THB'],
  ['TJ', 'TJK', 'Tajikistan', 'Asia/Dushanbe', 'TJS'],
  ['TK', 'TKL', 'Tokelau', 'Pacific/Fakaofo', 'NZD'],
  ['TL', 'TLS', 'Timor-Leste', 'Asia/Dili', 'USD'],
  ['TM', 'TKM', 'Turkmenistan', 'Asia/Ashgabat', 'TMT'],
  ['TN', 'TUN', 'Tunisia', 'Africa/Tunis', 'TND'],
  ['TO', 'TON', 'Tonga', 'Pacific/Tongatapu', 'TOP'],
  ['TR', 'TUR', 'Türkiye', 'Europe/Istanbul', 'TRY'],
  ['TT', 'TTO', 'Trinidad and Tobago', 'America/Port_of_Spain', 'TTD'],
  ['TV', 'TUV', 'Tuvalu', 'Pacific/Funafuti', 'AUD'],
  ['TW', 'TWN', 'Taiwan', 'Asia/Taipei', 'TWD'],
  ['TZ', 'TZA', 'Tanzania', 'Africa/Dar_es_Salaam', 'TZS'],
  ['UA', 'UKR', 'Ukraine', 'Europe/Kyiv', 'UAH'],
  ['UG', 'UGA', 'Uganda', 'Africa/Kampala', 'UGX'],
  ['UM', 'UMI', 'United States Minor Outlying Islands', 'Pacific/Wake', 'USD'],
  ['US', 'USA', 'United States', 'America/New_York', 'USD'],
  ['UY', 'URY', 'Uruguay', 'America/Montevideo', 'UYU'],
  ['UZ', 'UZB', 'Uzbekistan', 'Asia/Tashkent', 'UZS'],
  ['VA', 'VAT', 'Holy See (Vatican City State)', 'Europe/Vatican', 'EUR'],
  ['VC', 'VCT', 'Saint Vincent and the Grenadines', 'America/St_Vincent', 'XCD'],
  ['VE', 'VEN', 'Venezuela, Bolivarian Republic of', 'America/Caracas', 'VES'],
  ['VG', 'VGB', 'Virgin Islands, British', 'America/Tortola', 'USD'],
  ['VI', 'VIR', 'Virgin Islands, U.S.', 'America/St_Thomas', 'USD'],
  ['VN', 'VNM', 'Vietnam', 'Asia/Ho_Chi_Minh', 'VND'],
  ['VU', 'VUT', 'Vanuatu', 'Pacific/Efate', 'VUV'],
  ['WF', 'WLF', 'Wallis and Futuna', 'Pacific/Wallis', 'XPF'],
  ['WS', 'WSM', 'Samoa', 'Pacific/Apia', 'WST'],
  ['YE', 'YEM', 'Yemen', 'Asia/Aden', 'YER'],
  ['YT', 'MYT', 'Mayotte', 'Indian/Mayotte', 'EUR'],
  ['ZA', 'ZAF', 'South Africa', 'Africa/Johannesburg', 'ZAR'],
  ['ZM', 'ZMB', 'Zambia', 'Africa/Lusaka', 'ZMW'],
  ['ZW', 'ZWE', 'Zimbabwe', 'Africa/Harare', 'ZWG'],
];

/** Names in common use, and ISO's where Frappe spells the country otherwise and CLDR too. */
const alsoKnownAs: readonly (readonly [alpha2: string, ...names: string[]])[] = [
  ['AE', 'UAE'],
  ['CD', 'DR Congo', 'DRC', 'Congo (DRC)'],
  ['CG', 'Republic of the Congo', 'Congo (Republic)'],
  ['CN', "People's Republic of China", 'PRC'],
  ['CV', 'Cabo Verde'],
  ['FK', 'Islas Malvinas', 'Falkland Islands (Islas Malvinas)'],
  ['FM', 'Micronesia, Federated States of'],
  ['GB', 'UK', 'Great Britain', 'United Kingdom of Great Britain and Northern Ireland'],
  ['IE', 'Republic of Ireland'],
  ['IR', 'Iran, Islamic Republic of'],
  ['KG', 'Kyrgyz Republic'],
  ['MM', 'Burma'],
  ['MK', 'Republic of North Macedonia'],
  ['MO', 'Macau'],
  ['NL', 'Holland', 'Netherlands, Kingdom of'],
  ['PS', 'State of Palestine', 'Palestine, State of'],
  ['RU', 'Russia'],
  ['SK', 'Slovak Republic'],
  ['SY', 'Syrian Arab Republic'],
  ['TL', 'East Timor'],
  ['TR', 'Turkey', 'Turkiye, Republic of'],
  ['TW', 'Taiwan, Province of China'],
  ['TZ', 'Tanzania, United Republic of'],
  ['US', 'USA', 'United States of America'],
  ['VA', 'Holy See', 'Vatican City State'],
  ['VG', 'Virgin Islands (British)'],
  ['VI', 'Virgin Islands (US)', 'US Virgin Islands'],
  ['VN', 'Viet Nam'],
  ['CD', 'Democratic Republic of the Congo'],
  ['KR', 'South Korea', 'Republic of Korea'],
  ['KP', 'North Korea', "Democratic People's Republic of Korea"],
  ['SZ', 'Eswatini'],
  ['GM', 'The Gambia'],
];

const byCode = new Map<string, Country>();
const byName = new Map<string, Country>();
/** CLDR's English names, such as "Congo - Kinshasa" and "Hong Kong SAR China", as this Node has them. */
const cldr = (['long', 'short'] as const).map((style) => new Intl.DisplayNames('en', { type: 'region', style }));
for (const [code, alpha3, name, timeZone, currency] of table) {
  const country = { name, code, timeZone, currency };
  byCode.set(code, country).set(alpha3, country);
  for (const spelling of [...cldr.map((names) => names.of(code) ?? name), name]) know(spelling, country);
}
for (const [code, ...names] of alsoKnownAs) {
  const country = byCode.get(code);
  if (country) for (const name of names) know(name, country);
}

/** An abbreviation such as UK is looked up like a code. */
function know(spelling: string, country: Country): void {
  if (/^[A-Z]{2,3}$/.test(spelling)) byCode.set(spelling, country);
  else byName.set(folded(spelling), country);
}
