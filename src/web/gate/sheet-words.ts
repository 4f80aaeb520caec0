import type { Catalogue } from '#web/ui/language.ts';

/** Words of the sheets that open over the lane. */
export const SHEET_WORDS = {
  'menu.title': { zh: '菜单', en: 'Menu' },
  'menu.manual': { zh: '手工输入', en: 'Type a code' },
  'menu.find': { zh: '查票', en: 'Find a ticket' },
  'menu.queue': { zh: '报排队', en: 'Queue here' },
  'menu.operator': { zh: '签到', en: 'Sign on' },
  'menu.handover': { zh: '交接本道', en: 'Hand over this lane' },
  'menu.ready': { zh: '设备检查', en: 'Phone check' },
  'menu.mode': { zh: '验票方式', en: 'How to check' },
  'menu.readers': { zh: '扫码枪', en: 'Readers' },
  'menu.undo': { zh: '撤回放行', en: 'Take back' },
  'menu.looks': { zh: '语言与外观', en: 'Language and theme' },

  'manual.title': { zh: '手工输入', en: 'Type a code' },
  'manual.label': { zh: '票面短码', en: 'Short code on the ticket' },
  'manual.hint': { zh: '8 位，例如 ABCD-EFGH', en: 'Eight letters, such as ABCD-EFGH' },
  'manual.wrong': {
    zh: '短码有误，请对照票面再输',
    en: 'A letter is wrong: compare it with the ticket',
  },
  'manual.check': { zh: '核验', en: 'Check' },
  'manual.offline': {
    zh: '服务器没有应答，短码无法核验。请用“查票”按座位查找。',
    en: 'The server does not answer, so a short code cannot be checked. Find the ticket by its seat.',
  },
  'manual.limited': { zh: '输入过于频繁，请稍候一分钟', en: 'Too many in a row: wait a minute' },

  'find.title': { zh: '查票', en: 'Find a ticket' },
  'find.by': { zh: '按', en: 'By' },
  'find.seat': { zh: '座位', en: 'Seat' },
  'find.order': { zh: '订单', en: 'Order' },
  'find.phone': { zh: '手机尾号', en: 'Phone' },
  'find.seat.hint': { zh: '区-排-座，例如 N103-12-7', en: 'Section-row-seat, such as N103-12-7' },
  'find.order.hint': { zh: '完整订单号', en: 'The whole order number' },
  'find.phone.hint': { zh: '后 4 至 6 位', en: 'The last 4 to 6 digits' },
  'find.go': { zh: '查找', en: 'Find' },
  'find.none': { zh: '没有找到', en: 'Nothing found' },
  'find.more': { zh: '结果太多，请写得更准', en: 'Too many: be more exact' },
  'find.offline': {
    zh: '离线：只按座位查本机名单',
    en: 'Offline: this phone’s list, by seat only',
  },
  'find.notAllowed': {
    zh: '本机无权查票，请找主管',
    en: 'This phone may not look tickets up: ask your supervisor',
  },
  'find.inside': { zh: '已在场内', en: 'Inside' },
  'find.blocked': { zh: '已冻结', en: 'Blocked' },

  'call.title': { zh: '呼叫指挥室', en: 'Call control' },
  'call.crush': { zh: '拥挤', en: 'Crush' },
  'call.medical': { zh: '医疗', en: 'Medical' },
  'call.threat': { zh: '危险', en: 'Threat' },
  'call.kit': { zh: '设备', en: 'Kit' },
  'call.help': { zh: '帮助', en: 'Help' },
  'call.sending': { zh: '{kind}：正在送达指挥室', en: '{kind}: on its way to control' },
  'call.open': { zh: '{kind}：已送达指挥室', en: '{kind}: control has it' },
  'call.acknowledged': { zh: '{kind}：指挥室已接', en: '{kind}: somebody is on it' },
  'call.closed': { zh: '{kind}：已处理', en: '{kind}: closed' },

  'message.from': { zh: '指挥室 {time}', en: 'Control, {time}' },
  'message.seen': { zh: '知道了', en: 'Understood' },

  'operator.title': { zh: '签到', en: 'Sign on' },
  'operator.now': { zh: '当前：{name}', en: 'Now: {name}' },
  'operator.badge': {
    zh: '扫工牌，或输入姓名和密码',
    en: 'Scan your badge, or enter name and PIN',
  },
  'operator.name': { zh: '姓名', en: 'Name' },
  'operator.pin': { zh: '密码（4–8 位数字）', en: 'PIN (4–8 digits)' },
  'operator.on': { zh: '签到', en: 'Sign on' },
  'operator.off': { zh: '签退', en: 'Sign off' },
  'operator.wrong': { zh: '姓名或密码不对', en: 'Name or PIN is wrong' },
  'operator.limited': { zh: '试得太多，请稍后再试', en: 'Too many tries: wait a while' },
  'operator.unreachable': {
    zh: '服务器没有应答，稍后再签到',
    en: 'The server does not answer: sign on later',
  },

  'handover.title': { zh: '交接本道', en: 'Hand over this lane' },
  'handover.lead': {
    zh: '让新手机的相机对准此码。新手机就绪后，本机停用并清除。',
    en: 'Hold the new phone’s camera to this code. When it is ready, this phone stops and is wiped.',
  },
  'handover.withOperator': { zh: '人也一起换到新手机', en: 'The steward goes along' },
  'handover.make': { zh: '生成交接码', en: 'Make the code' },
  'handover.until': { zh: '{time} 前有效', en: 'Good until {time}' },
  'handover.code': { zh: '交接二维码', en: 'Hand-over code' },
  'handover.unreachable': {
    zh: '服务器没有应答，无法交接。请主管为新手机另发登记码。',
    en: 'The server does not answer. Ask your supervisor for a joining code for the new phone.',
  },

  'undo.title': { zh: '撤回上一次放行', en: 'Take the last admission back' },
  'undo.lead': { zh: '由入口主管确认', en: 'A gate supervisor confirms' },
  'undo.reason': { zh: '原因', en: 'Reason' },
  'undo.do': { zh: '撤回', en: 'Take back' },
  'undo.done': { zh: '已撤回，此票可再次入场', en: 'Taken back: the ticket may enter again' },
  'undo.refused': { zh: '未能撤回：{why}', en: 'Not taken back: {why}' },

  'queue.lead': {
    zh: '本道前大约有多少人？指挥室会据此调度。',
    en: 'About how many wait at this lane? Control reckons with it.',
  },
  'queue.last': {
    zh: '{time} 报过：约 {people, number} 人',
    en: 'Reported at {time}: about {people, number}',
  },
  'queue.nobody': { zh: '无', en: 'None' },

  'mode.title': { zh: '验票方式', en: 'How to check' },
  'mode.lead': {
    zh: '由入口主管决定，全程记录。',
    en: 'For the gate supervisor to decide. It is recorded.',
  },
  'mode.proof': {
    zh: '由入口主管输入姓名和密码。没有网络也能更改，会记为未核实。',
    en: 'A gate supervisor enters name and PIN. Without a server it can still be set, and is recorded as not confirmed.',
  },
  'mode.normal': { zh: '扫码核验', en: 'Scan codes' },
  'mode.visual': { zh: '人工验票', en: 'By eye' },
  'mode.open': { zh: '应急放行', en: 'Open gate' },
  'mode.stopAt': { zh: '到多少人停', en: 'Stop at' },
  'mode.set': { zh: '改为此方式', en: 'Change to this' },
  'tally.in': { zh: '已计入', en: 'Counted in' },
  'tally.one': { zh: '+1 入场', en: '+1 in' },
  'tally.out': { zh: '+1 出场', en: '+1 out' },
  'tally.five': { zh: '+5', en: '+5' },
  'tally.full': {
    zh: '已到上限 {count, number}，停止放行',
    en: 'The limit of {count, number} is reached: stop',
  },

  'readers.title': { zh: '扫码枪', en: 'Readers' },
  'readers.wedge': {
    zh: '键盘式扫码枪插上即用。',
    en: 'A reader that types like a keyboard works as soon as it is connected.',
  },
  'readers.serial': { zh: '连接串口扫码枪', en: 'Connect a serial reader' },
  'readers.hid': { zh: '连接 HID-POS 扫码枪', en: 'Connect a HID-POS reader' },
  'readers.none': {
    zh: '此浏览器只支持键盘式扫码枪。',
    en: 'This browser takes keyboard readers only.',
  },
  'readers.connected': { zh: '已连接', en: 'Connected' },
  'readers.failed': { zh: '未连接：{why}', en: 'Not connected: {why}' },
} as const satisfies Catalogue;
