// What a club brings so that its tickets go into Apple Wallet: checked when the server starts, not when a buyer asks.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { z } from 'zod';

export const walletFile = z.strictObject({
  passTypeIdentifier: z
    .string()
    .regex(
      /^pass(\.[A-Za-z0-9-]+)+$/,
      'write the pass type as Apple has it, such as pass.example.club.tickets',
    ),
  teamIdentifier: z
    .string()
    .regex(/^[A-Z0-9]{10}$/, 'write the ten characters of the team at Apple'),
  organisation: z.string().min(1).max(60),
  certificateFile: z.string().min(1),
  keyFile: z.string().min(1),
  keyPassphraseFile: z.string().min(1).optional(),
  intermediateFile: z.string().min(1),
});

/** Given by Apple for one kind of pass; PEM. */
export type WalletConfig = {
  readonly passTypeIdentifier: string;
  readonly teamIdentifier: string;
  readonly organisation: string;
  readonly certificate: string;
  /** Without its passphrase. */
  readonly key: string;
  /** Apple's intermediate that signed the certificate (WWDR). */
  readonly intermediate: string;
  /** When the first of the two certificates ends; passes that are in wallets by then stay. */
  readonly expiresAt: number;
};

/**
 * @param read - the text of a file that a field names
 * @param refuse - throws, naming the field and the mend
 */
export function walletConfig(
  wallet: z.infer<typeof walletFile>,
  read: (field: string, name: string) => string,
  refuse: (field: string, mend: string) => never,
): WalletConfig {
  const certificate = read('wallet.certificateFile', wallet.certificateFile);
  const intermediate = read('wallet.intermediateFile', wallet.intermediateFile);
  const { keyPassphraseFile } = wallet;
  const passphrase =
    keyPassphraseFile === undefined
      ? undefined
      : read('wallet.keyPassphraseFile', keyPassphraseFile).trim();
  const key = keyOf(read('wallet.keyFile', wallet.keyFile), passphrase, refuse);
  const own = certificateOf(certificate, () =>
    refuse(
      'wallet.certificateFile',
      'is not a certificate in PEM: openssl x509 -inform der turns Apple’s into one',
    ),
  );
  const above = certificateOf(intermediate, () =>
    refuse(
      'wallet.intermediateFile',
      'is not a certificate in PEM: openssl x509 -inform der turns Apple’s into one',
    ),
  );
  if (!own.checkPrivateKey(key)) {
    refuse(
      'wallet.keyFile',
      'is not the key of the certificate: use the one that its request was signed with',
    );
  }
  if (!own.subject.split('\n').includes(`UID=${wallet.passTypeIdentifier}`)) {
    refuse(
      'wallet.certificateFile',
      `is not for ${wallet.passTypeIdentifier}: use the one of this pass type`,
    );
  }
  if (!own.checkIssued(above) || !own.verify(above.publicKey)) {
    refuse(
      'wallet.intermediateFile',
      'did not sign the certificate: use the WWDR certificate that its issuer names',
    );
  }
  return {
    passTypeIdentifier: wallet.passTypeIdentifier,
    teamIdentifier: wallet.teamIdentifier,
    organisation: wallet.organisation,
    certificate,
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    intermediate,
    expiresAt: Math.min(...[own, above].map(({ validToDate }) => validToDate.getTime())),
  };
}

function keyOf(
  pem: string,
  passphrase: string | undefined,
  refuse: (field: string, mend: string) => never,
): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    return refuse(
      'wallet.keyFile',
      'does not open: it is a private key in PEM, and wallet.keyPassphraseFile holds its passphrase',
    );
  }
}

function certificateOf(pem: string, otherwise: () => never): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    return otherwise();
  }
}
