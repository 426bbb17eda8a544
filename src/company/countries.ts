/**
 * The 249 countries of ISO 3166-1 under the English names that Frappe gives them: its `Country` documents are made from
 * `frappe/geo/country_info.json` (read at 15.55.1 and 16.0.0-dev, 2025-02-05). Alpha-3 codes: Debian iso-codes 4.15.
 * The two versions differ in one name: 15 still says "Turkey" where 16 says "Türkiye". A bench is best asked by code.
 * Time zones: `zone.tab` of the tz database 2025b; where a country has several, its capital's, or without a capital
 * that of most people. (Frappe's own file has none for 39 countries, and America/Adak first for the United States.)
 * Long because it is a table.
 */
export interface Country {
  /** As Frappe 16 spells it. */
  readonly name: string;
  /** ISO 3166-1 alpha-2, upper-case. */
  readonly code: string;
  /** Of its capital; a name of the IANA's tz database. */
  readonly timeZone: string;
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
export const countries = (): readonly Country[] => table.map(([code, , name, timeZone]) => ({ code, name, timeZone }));

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
const table: readonly (readonly [alpha2: string, alpha3: string, name: string, timeZone: string])[] = [
  ['AD', 'AND', 'Andorra', 'Europe/Andorra'],
  ['AE', 'ARE', 'United Arab Emirates', 'Asia/Dubai'],
  ['AF', 'AFG', 'Afghanistan', 'Asia/Kabul'],
  ['AG', 'ATG', 'Antigua and Barbuda', 'America/Antigua'],
  ['AI', 'AIA', 'Anguilla', 'America/Anguilla'],
  ['AL', 'ALB', 'Albania', 'Europe/Tirane'],
  ['AM', 'ARM', 'Armenia', 'Asia/Yerevan'],
  ['AO', 'AGO', 'Angola', 'Africa/Luanda'],
  ['AQ', 'ATA', 'Antarctica', 'Antarctica/McMurdo'],
  ['AR', 'ARG', 'Argentina', 'America/Argentina/Buenos_Aires'],
  ['AS', 'ASM', 'American Samoa', 'Pacific/Pago_Pago'],
  ['AT', 'AUT', 'Austria', 'Europe/Vienna'],
  ['AU', 'AUS', 'Australia', 'Australia/Sydney'],
  ['AW', 'ABW', 'Aruba', 'America/Aruba'],
  ['AX', 'ALA', 'Åland Islands', 'Europe/Mariehamn'],
  ['AZ', 'AZE', 'Azerbaijan', 'Asia/Baku'],
  ['BA', 'BIH', 'Bosnia and Herzegovina', 'Europe/Sarajevo'],
  ['BB', 'BRB', 'Barbados', 'America/Barbados'],
  ['BD', 'BGD', 'Bangladesh', 'Asia/Dhaka'],
  ['BE', 'BEL', 'Belgium', 'Europe/Brussels'],
  ['BF', 'BFA', 'Burkina Faso', 'Africa/Ouagadougou'],
  ['BG', 'BGR', 'Bulgaria', 'Europe/Sofia'],
  ['BH', 'BHR', 'Bahrain', 'Asia/Bahrain'],
  ['BI', 'BDI', 'Burundi', 'Africa/Bujumbura'],
  ['BJ', 'BEN', 'Benin', 'Africa/Porto-Novo'],
  ['BL', 'BLM', 'Saint Barthélemy', 'America/St_Barthelemy'],
  ['BM', 'BMU', 'Bermuda', 'Atlantic/Bermuda'],
  ['BN', 'BRN', 'Brunei Darussalam', 'Asia/Brunei'],
  ['BO', 'BOL', 'Bolivia, Plurinational State of', 'America/La_Paz'],
  ['BQ', 'BES', 'Bonaire, Sint Eustatius and Saba', 'America/Kralendijk'],
  ['BR', 'BRA', 'Brazil', 'America/Sao_Paulo'],
  ['BS', 'BHS', 'Bahamas', 'America/Nassau'],
  ['BT', 'BTN', 'Bhutan', 'Asia/Thimphu'],
  ['BV', 'BVT', 'Bouvet Island', 'Europe/Oslo'],
  ['BW', 'BWA', 'Botswana', 'Africa/Gaborone'],
  ['BY', 'BLR', 'Belarus', 'Europe/Minsk'],
  ['BZ', 'BLZ', 'Belize', 'America/Belize'],
  ['CA', 'CAN', 'Canada', 'America/Toronto'],
  ['CC', 'CCK', 'Cocos (Keeling) Islands', 'Indian/Cocos'],
  ['CD', 'COD', 'Congo, The Democratic Republic of the', 'Africa/Kinshasa'],
  ['CF', 'CAF', 'Central African Republic', 'Africa/Bangui'],
  ['CG', 'COG', 'Congo', 'Africa/Brazzaville'],
  ['CH', 'CHE', 'Switzerland', 'Europe/Zurich'],
  ['CI', 'CIV', 'Ivory Coast', 'Africa/Abidjan'],
  ['CK', 'COK', 'Cook Islands', 'Pacific/Rarotonga'],
  ['CL', 'CHL', 'Chile', 'America/Santiago'],
  ['CM', 'CMR', 'Cameroon', 'Africa/Douala'],
  ['CN', 'CHN', 'China', 'Asia/Shanghai'],
  ['CO', 'COL', 'Colombia', 'America/Bogota'],
  ['CR', 'CRI', 'Costa Rica', 'America/Costa_Rica'],
  ['CU', 'CUB', 'Cuba', 'America/Havana'],
  ['CV', 'CPV', 'Cape Verde', 'Atlantic/Cape_Verde'],
  ['CW', 'CUW', 'Curaçao', 'America/Curacao'],
  ['CX', 'CXR', 'Christmas Island', 'Indian/Christmas'],
  ['CY', 'CYP', 'Cyprus', 'Asia/Nicosia'],
  ['CZ', 'CZE', 'Czech Republic', 'Europe/Prague'],
  ['DE', 'DEU', 'Germany', 'Europe/Berlin'],
  ['DJ', 'DJI', 'Djibouti', 'Africa/Djibouti'],
  ['DK', 'DNK', 'Denmark', 'Europe/Copenhagen'],
  ['DM', 'DMA', 'Dominica', 'America/Dominica'],
  ['DO', 'DOM', 'Dominican Republic', 'America/Santo_Domingo'],
  ['DZ', 'DZA', 'Algeria', 'Africa/Algiers'],
  ['EC', 'ECU', 'Ecuador', 'America/Guayaquil'],
  ['EE', 'EST', 'Estonia', 'Europe/Tallinn'],
  ['EG', 'EGY', 'Egypt', 'Africa/Cairo'],
  ['EH', 'ESH', 'Western Sahara', 'Africa/El_Aaiun'],
  ['ER', 'ERI', 'Eritrea', 'Africa/Asmara'],
  ['ES', 'ESP', 'Spain', 'Europe/Madrid'],
  ['ET', 'ETH', 'Ethiopia', 'Africa/Addis_Ababa'],
  ['FI', 'FIN', 'Finland', 'Europe/Helsinki'],
  ['FJ', 'FJI', 'Fiji', 'Pacific/Fiji'],
  ['FK', 'FLK', 'Falkland Islands (Malvinas)', 'Atlantic/Stanley'],
  ['FM', 'FSM', 'Micronesia, Federated States of', 'Pacific/Pohnpei'],
  ['FO', 'FRO', 'Faroe Islands', 'Atlantic/Faroe'],
  ['FR', 'FRA', 'France', 'Europe/Paris'],
  ['GA', 'GAB', 'Gabon', 'Africa/Libreville'],
  ['GB', 'GBR', 'United Kingdom', 'Europe/London'],
  ['GD', 'GRD', 'Grenada', 'America/Grenada'],
  ['GE', 'GEO', 'Georgia', 'Asia/Tbilisi'],
  ['GF', 'GUF', 'French Guiana', 'America/Cayenne'],
  ['GG', 'GGY', 'Guernsey', 'Europe/Guernsey'],
  ['GH', 'GHA', 'Ghana', 'Africa/Accra'],
  ['GI', 'GIB', 'Gibraltar', 'Europe/Gibraltar'],
  ['GL', 'GRL', 'Greenland', 'America/Nuuk'],
  ['GM', 'GMB', 'Gambia', 'Africa/Banjul'],
  ['GN', 'GIN', 'Guinea', 'Africa/Conakry'],
  ['GP', 'GLP', 'Guadeloupe', 'America/Guadeloupe'],
  ['GQ', 'GNQ', 'Equatorial Guinea', 'Africa/Malabo'],
  ['GR', 'GRC', 'Greece', 'Europe/Athens'],
  ['GS', 'SGS', 'South Georgia and the South Sandwich Islands', 'Atlantic/South_Georgia'],
  ['GT', 'GTM', 'Guatemala', 'America/Guatemala'],
  ['GU', 'GUM', 'Guam', 'Pacific/Guam'],
  ['GW', 'GNB', 'Guinea-Bissau', 'Africa/Bissau'],
  ['GY', 'GUY', 'Guyana', 'America/Guyana'],
  ['HK', 'HKG', 'Hong Kong', 'Asia/Hong_Kong'],
  ['HM', 'HMD', 'Heard Island and McDonald Islands', 'Indian/Kerguelen'],
  ['HN', 'HND', 'Honduras', 'America/Tegucigalpa'],
  ['HR', 'HRV', 'Croatia', 'Europe/Zagreb'],
  ['HT', 'HTI', 'Haiti', 'America/Port-au-Prince'],
  ['HU', 'HUN', 'Hungary', 'Europe/Budapest'],
  ['ID', 'IDN', 'Indonesia', 'Asia/Jakarta'],
  ['IE', 'IRL', 'Ireland', 'Europe/Dublin'],
  ['IL', 'ISR', 'Israel', 'Asia/Jerusalem'],
  ['IM', 'IMN', 'Isle of Man', 'Europe/Isle_of_Man'],
  ['IN', 'IND', 'India', 'Asia/Kolkata'],
  ['IO', 'IOT', 'British Indian Ocean Territory', 'Indian/Chagos'],
  ['IQ', 'IRQ', 'Iraq', 'Asia/Baghdad'],
  ['IR', 'IRN', 'Iran', 'Asia/Tehran'],
  ['IS', 'ISL', 'Iceland', 'Atlantic/Reykjavik'],
  ['IT', 'ITA', 'Italy', 'Europe/Rome'],
  ['JE', 'JEY', 'Jersey', 'Europe/Jersey'],
  ['JM', 'JAM', 'Jamaica', 'America/Jamaica'],
  ['JO', 'JOR', 'Jordan', 'Asia/Amman'],
  ['JP', 'JPN', 'Japan', 'Asia/Tokyo'],
  ['KE', 'KEN', 'Kenya', 'Africa/Nairobi'],
  ['KG', 'KGZ', 'Kyrgyzstan', 'Asia/Bishkek'],
  ['KH', 'KHM', 'Cambodia', 'Asia/Phnom_Penh'],
  ['KI', 'KIR', 'Kiribati', 'Pacific/Tarawa'],
  ['KM', 'COM', 'Comoros', 'Indian/Comoro'],
  ['KN', 'KNA', 'Saint Kitts and Nevis', 'America/St_Kitts'],
  ['KP', 'PRK', 'Korea, Democratic Peoples Republic of', 'Asia/Pyongyang'],
  ['KR', 'KOR', 'Korea, Republic of', 'Asia/Seoul'],
  ['KW', 'KWT', 'Kuwait', 'Asia/Kuwait'],
  ['KY', 'CYM', 'Cayman Islands', 'America/Cayman'],
  ['KZ', 'KAZ', 'Kazakhstan', 'Asia/Almaty'],
  ['LA', 'LAO', 'Lao Peoples Democratic Republic', 'Asia/Vientiane'],
  ['LB', 'LBN', 'Lebanon', 'Asia/Beirut'],
  ['LC', 'LCA', 'Saint Lucia', 'America/St_Lucia'],
  ['LI', 'LIE', 'Liechtenstein', 'Europe/Vaduz'],
  ['LK', 'LKA', 'Sri Lanka', 'Asia/Colombo'],
  ['LR', 'LBR', 'Liberia', 'Africa/Monrovia'],
  ['LS', 'LSO', 'Lesotho', 'Africa/Maseru'],
  ['LT', 'LTU', 'Lithuania', 'Europe/Vilnius'],
  ['LU', 'LUX', 'Luxembourg', 'Europe/Luxembourg'],
  ['LV', 'LVA', 'Latvia', 'Europe/Riga'],
  ['LY', 'LBY', 'Libya', 'Africa/Tripoli'],
  ['MA', 'MAR', 'Morocco', 'Africa/Casablanca'],
  ['MC', 'MCO', 'Monaco', 'Europe/Monaco'],
  ['MD', 'MDA', 'Moldova, Republic of', 'Europe/Chisinau'],
  ['ME', 'MNE', 'Montenegro', 'Europe/Podgorica'],
  ['MF', 'MAF', 'Saint Martin (French part)', 'America/Marigot'],
  ['MG', 'MDG', 'Madagascar', 'Indian/Antananarivo'],
  ['MH', 'MHL', 'Marshall Islands', 'Pacific/Majuro'],
  ['MK', 'MKD', 'Macedonia', 'Europe/Skopje'],
  ['ML', 'MLI', 'Mali', 'Africa/Bamako'],
  ['MM', 'MMR', 'Myanmar', 'Asia/Yangon'],
  ['MN', 'MNG', 'Mongolia', 'Asia/Ulaanbaatar'],
  ['MO', 'MAC', 'Macao', 'Asia/Macau'],
  ['MP', 'MNP', 'Northern Mariana Islands', 'Pacific/Saipan'],
  ['MQ', 'MTQ', 'Martinique', 'America/Martinique'],
  ['MR', 'MRT', 'Mauritania', 'Africa/Nouakchott'],
  ['MS', 'MSR', 'Montserrat', 'America/Montserrat'],
  ['MT', 'MLT', 'Malta', 'Europe/Malta'],
  ['MU', 'MUS', 'Mauritius', 'Indian/Mauritius'],
  ['MV', 'MDV', 'Maldives', 'Indian/Maldives'],
  ['MW', 'MWI', 'Malawi', 'Africa/Blantyre'],
  ['MX', 'MEX', 'Mexico', 'America/Mexico_City'],
  ['MY', 'MYS', 'Malaysia', 'Asia/Kuala_Lumpur'],
  ['MZ', 'MOZ', 'Mozambique', 'Africa/Maputo'],
  ['NA', 'NAM', 'Namibia', 'Africa/Windhoek'],
  ['NC', 'NCL', 'New Caledonia', 'Pacific/Noumea'],
  ['NE', 'NER', 'Niger', 'Africa/Niamey'],
  ['NF', 'NFK', 'Norfolk Island', 'Pacific/Norfolk'],
  ['NG', 'NGA', 'Nigeria', 'Africa/Lagos'],
  ['NI', 'NIC', 'Nicaragua', 'America/Managua'],
  ['NL', 'NLD', 'Netherlands', 'Europe/Amsterdam'],
  ['NO', 'NOR', 'Norway', 'Europe/Oslo'],
  ['NP', 'NPL', 'Nepal', 'Asia/Kathmandu'],
  ['NR', 'NRU', 'Nauru', 'Pacific/Nauru'],
  ['NU', 'NIU', 'Niue', 'Pacific/Niue'],
  ['NZ', 'NZL', 'New Zealand', 'Pacific/Auckland'],
  ['OM', 'OMN', 'Oman', 'Asia/Muscat'],
  ['PA', 'PAN', 'Panama', 'America/Panama'],
  ['PE', 'PER', 'Peru', 'America/Lima'],
  ['PF', 'PYF', 'French Polynesia', 'Pacific/Tahiti'],
  ['PG', 'PNG', 'Papua New Guinea', 'Pacific/Port_Moresby'],
  ['PH', 'PHL', 'Philippines', 'Asia/Manila'],
  ['PK', 'PAK', 'Pakistan', 'Asia/Karachi'],
  ['PL', 'POL', 'Poland', 'Europe/Warsaw'],
  ['PM', 'SPM', 'Saint Pierre and Miquelon', 'America/Miquelon'],
  ['PN', 'PCN', 'Pitcairn', 'Pacific/Pitcairn'],
  ['PR', 'PRI', 'Puerto Rico', 'America/Puerto_Rico'],
  ['PS', 'PSE', 'Palestinian Territory, Occupied', 'Asia/Hebron'],
  ['PT', 'PRT', 'Portugal', 'Europe/Lisbon'],
  ['PW', 'PLW', 'Palau', 'Pacific/Palau'],
  ['PY', 'PRY', 'Paraguay', 'America/Asuncion'],
  ['QA', 'QAT', 'Qatar', 'Asia/Qatar'],
  ['RE', 'REU', 'Réunion', 'Indian/Reunion'],
  ['RO', 'ROU', 'Romania', 'Europe/Bucharest'],
  ['RS', 'SRB', 'Serbia', 'Europe/Belgrade'],
  ['RU', 'RUS', 'Russian Federation', 'Europe/Moscow'],
  ['RW', 'RWA', 'Rwanda', 'Africa/Kigali'],
  ['SA', 'SAU', 'Saudi Arabia', 'Asia/Riyadh'],
  ['SB', 'SLB', 'Solomon Islands', 'Pacific/Guadalcanal'],
  ['SC', 'SYC', 'Seychelles', 'Indian/Mahe'],
  ['SD', 'SDN', 'Sudan', 'Africa/Khartoum'],
  ['SE', 'SWE', 'Sweden', 'Europe/Stockholm'],
  ['SG', 'SGP', 'Singapore', 'Asia/Singapore'],
  ['SH', 'SHN', 'Saint Helena, Ascension and Tristan da Cunha', 'Atlantic/St_Helena'],
  ['SI', 'SVN', 'Slovenia', 'Europe/Ljubljana'],
  ['SJ', 'SJM', 'Svalbard and Jan Mayen', 'Arctic/Longyearbyen'],
  ['SK', 'SVK', 'Slovakia', 'Europe/Bratislava'],
  ['SL', 'SLE', 'Sierra Leone', 'Africa/Freetown'],
  ['SM', 'SMR', 'San Marino', 'Europe/San_Marino'],
  ['SN', 'SEN', 'Senegal', 'Africa/Dakar'],
  ['SO', 'SOM', 'Somalia', 'Africa/Mogadishu'],
  ['SR', 'SUR', 'Suriname', 'America/Paramaribo'],
  ['SS', 'SSD', 'South Sudan', 'Africa/Juba'],
  ['ST', 'STP', 'Sao Tome and Principe', 'Africa/Sao_Tome'],
  ['SV', 'SLV', 'El Salvador', 'America/El_Salvador'],
  ['SX', 'SXM', 'Sint Maarten (Dutch part)', 'America/Lower_Princes'],
  ['SY', 'SYR', 'Syria', 'Asia/Damascus'],
  ['SZ', 'SWZ', 'Swaziland', 'Africa/Mbabane'],
  ['TC', 'TCA', 'Turks and Caicos Islands', 'America/Grand_Turk'],
  ['TD', 'TCD', 'Chad', 'Africa/Ndjamena'],
  ['TF', 'ATF', 'French Southern Territories', 'Indian/Kerguelen'],
  ['TG', 'TGO', 'Togo', 'Africa/Lome'],
  ['TH', 'THA', 'Thailand', 'Asia/Bangkok'],
  ['TJ', 'TJK', 'Tajikistan', 'Asia/Dushanbe'],
  ['TK', 'TKL', 'Tokelau', 'Pacific/Fakaofo'],
  ['TL', 'TLS', 'Timor-Leste', 'Asia/Dili'],
  ['TM', 'TKM', 'Turkmenistan', 'Asia/Ashgabat'],
  ['TN', 'TUN', 'Tunisia', 'Africa/Tunis'],
  ['TO', 'TON', 'Tonga', 'Pacific/Tongatapu'],
  ['TR', 'TUR', 'Türkiye', 'Europe/Istanbul'],
  ['TT', 'TTO', 'Trinidad and Tobago', 'America/Port_of_Spain'],
  ['TV', 'TUV', 'Tuvalu', 'Pacific/Funafuti'],
  ['TW', 'TWN', 'Taiwan', 'Asia/Taipei'],
  ['TZ', 'TZA', 'Tanzania', 'Africa/Dar_es_Salaam'],
  ['UA', 'UKR', 'Ukraine', 'Europe/Kyiv'],
  ['UG', 'UGA', 'Uganda', 'Africa/Kampala'],
  ['UM', 'UMI', 'United States Minor Outlying Islands', 'Pacific/Wake'],
  ['US', 'USA', 'United States', 'America/New_York'],
  ['UY', 'URY', 'Uruguay', 'America/Montevideo'],
  ['UZ', 'UZB', 'Uzbekistan', 'Asia/Tashkent'],
  ['VA', 'VAT', 'Holy See (Vatican City State)', 'Europe/Vatican'],
  ['VC', 'VCT', 'Saint Vincent and the Grenadines', 'America/St_Vincent'],
  ['VE', 'VEN', 'Venezuela, Bolivarian Republic of', 'America/Caracas'],
  ['VG', 'VGB', 'Virgin Islands, British', 'America/Tortola'],
  ['VI', 'VIR', 'Virgin Islands, U.S.', 'America/St_Thomas'],
  ['VN', 'VNM', 'Vietnam', 'Asia/Ho_Chi_Minh'],
  ['VU', 'VUT', 'Vanuatu', 'Pacific/Efate'],
  ['WF', 'WLF', 'Wallis and Futuna', 'Pacific/Wallis'],
  ['WS', 'WSM', 'Samoa', 'Pacific/Apia'],
  ['YE', 'YEM', 'Yemen', 'Asia/Aden'],
  ['YT', 'MYT', 'Mayotte', 'Indian/Mayotte'],
  ['ZA', 'ZAF', 'South Africa', 'Africa/Johannesburg'],
  ['ZM', 'ZMB', 'Zambia', 'Africa/Lusaka'],
  ['ZW', 'ZWE', 'Zimbabwe', 'Africa/Harare'],
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
for (const [code, alpha3, name, timeZone] of table) {
  const country = { name, code, timeZone };
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
