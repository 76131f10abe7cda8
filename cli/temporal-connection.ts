import type { TLSConfig } from '@temporalio/client';
import { readFileSync } from 'node:fs';
import type { TemporalSettings } from '../config/environment.js';

/** What both of the SDK's connections understand. */
export interface TemporalAddress {
  address: string;
  apiKey?: string;
  tls?: TLSConfig | boolean;
}

/** Reads the certificate files. Throws Error naming the variable whose file cannot be read. */
export function temporalAddress(settings: TemporalSettings): TemporalAddress {
  if (settings.address === undefined) throw new Error("TEMPORAL_ADDRESS is missing: host and port of Temporal's frontend");
  const address = { address: settings.address, ...(settings.apiKey === undefined ? {} : { apiKey: settings.apiKey }) };
  if (!settings.tls) return { ...address, tls: false };
  const ca = file('TEMPORAL_TLS_SERVER_CA_CERT_PATH', settings.caPath);
  const crt = file('TEMPORAL_TLS_CLIENT_CERT_PATH', settings.certPath);
  const key = file('TEMPORAL_TLS_CLIENT_KEY_PATH', settings.keyPath);
  return {
    ...address,
    tls: {
      ...(settings.serverName === undefined ? {} : { serverNameOverride: settings.serverName }),
      ...(ca === undefined ? {} : { serverRootCACertificate: ca }),
      ...(crt === undefined || key === undefined ? {} : { clientCertPair: { crt, key } }),
    },
  };
}

function file(variable: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${variable}: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'error'})`, { cause: error });
  }
}
