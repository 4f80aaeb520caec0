type RestoreCode =
  | 'data-dir-not-empty'
  | 'not-a-backup'
  | 'backup-damaged'
  | 'backup-newer'
  | 'wrong-master-key';

/** Nothing was restored. The message is written for the operator and names the mend. */
export class RestoreError extends Error {
  override name = 'RestoreError';
  readonly code: RestoreCode;

  constructor(code: RestoreCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
