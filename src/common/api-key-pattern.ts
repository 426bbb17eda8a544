/** API keys in a text, as secret scanners look for them: `cps_`, the id, and 256 random bits with their checksum. */
export const apiKeyPattern = /cps_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}/g;
