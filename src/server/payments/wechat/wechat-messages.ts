// What WeChat Pay answers and tells, as far as we read it. Everything else is left as it is.
import { z } from 'zod';

const fen = z.int().min(0);

/** Of an answer to a query and of a notification alike. */
export const wechatTransaction = z.object({
  out_trade_no: z.string(),
  transaction_id: z.string().optional(),
  trade_state: z.enum([
    'SUCCESS',
    'REFUND',
    'NOTPAY',
    'CLOSED',
    'REVOKED',
    'USERPAYING',
    'PAYERROR',
    'ACCEPT',
  ]),
  amount: z.object({ total: fen, currency: z.string().default('CNY') }).optional(),
});
export type WechatTransaction = z.infer<typeof wechatTransaction>;

export const wechatRefund = z.object({
  refund_id: z.string(),
  out_refund_no: z.string(),
  transaction_id: z.string(),
  out_trade_no: z.string(),
  status: z.enum(['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL']),
  amount: z.object({ refund: fen, currency: z.string().default('CNY') }),
});
export type WechatRefund = z.infer<typeof wechatRefund>;

/** A notification names its status otherwise, and no currency. */
export const wechatRefundNotice = z.object({
  refund_id: z.string(),
  out_refund_no: z.string(),
  transaction_id: z.string(),
  out_trade_no: z.string(),
  refund_status: z.enum(['SUCCESS', 'CLOSED', 'ABNORMAL']),
  amount: z.object({ refund: fen }),
});

export const wechatNotice = z.object({
  id: z.string(),
  event_type: z.string(),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    ciphertext: z.string(),
    associated_data: z.string().optional(),
    nonce: z.string(),
  }),
});

export const wechatBegun = z.object({
  prepay_id: z.string().optional(),
  code_url: z.string().optional(),
  h5_url: z.string().optional(),
});

export const wechatError = z.object({ code: z.string() });
