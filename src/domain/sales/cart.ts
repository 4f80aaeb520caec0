import type { Channel } from './price-list.ts';
import type { Voucher, VoucherUse } from './voucher.ts';

export type CartLine = { readonly id: string; readonly category: string; readonly type: string };

export type CartVoucher = { readonly voucher: Voucher; readonly use: VoucherUse };

export type Cart = {
  readonly channel: Channel;
  /** Whoever limits are counted for: an account, a member, a phone number's hash; null: nobody known. */
  readonly person: string | null;
  readonly lines: readonly CartLine[];
  readonly vouchers: readonly CartVoucher[];
};
