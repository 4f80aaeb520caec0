import type { Catalogue } from '#web/ui/language.ts';
import { SHEET_WORDS } from './sheet-words.ts';

/** Every word of the gate that is not a verdict, reason, rung or announcement (those: `#lane/words.ts`). */
export const GATE_WORDS = {
  ...SHEET_WORDS,
  'gate.starting': { zh: '正在启动…', en: 'Starting…' },
  'gate.broken': {
    zh: '无法打开本机的记录：{why}',
    en: 'This phone’s records cannot be opened: {why}',
  },
  'gate.elsewhere': {
    zh: '本道已在另一个窗口打开',
    en: 'This lane is open in another window',
  },
  'gate.broken.mend': {
    zh: '关闭其他已打开的检票页面，再重新打开本页。',
    en: 'Close every other window of this app, then open it again.',
  },

  'enrol.title': { zh: '加入通道', en: 'Join a lane' },
  'enrol.lead': {
    zh: '请主管出示登记二维码，对准即可。',
    en: 'Ask your supervisor for the joining code and hold the camera to it.',
  },
  'enrol.scan': { zh: '打开相机扫码', en: 'Scan with the camera' },
  'enrol.paste': { zh: '或粘贴登记链接', en: 'Or paste the joining link' },
  'enrol.pasteHint': {
    zh: '以 https:// 开头，有效 10 分钟',
    en: 'Begins with https://, good for 10 minutes',
  },
  'enrol.join': { zh: '加入', en: 'Join' },
  'enrol.joining': { zh: '正在加入…', en: 'Joining…' },
  'enrol.notAnOffer': {
    zh: '这不是登记码。请主管在控制台重新生成一张。',
    en: 'That is no joining code. Ask your supervisor to make a new one.',
  },
  'enrol.void': {
    zh: '登记码已用过或已过期。请主管重新生成一张。',
    en: 'This code has been used or has expired. Ask your supervisor for a new one.',
  },
  'enrol.unreachable': {
    zh: '连不上服务器。连上球场网络后，用同一张码再试。',
    en: 'The server does not answer. Join the ground’s network, then try the same code again.',
  },
  'enrol.otherHost': {
    zh: '登记码属于另一台服务器：{host}。打开它？',
    en: 'This code belongs to another server, {host}. Open it?',
  },
  'enrol.open': { zh: '打开', en: 'Open' },
  'enrol.wechat.title': { zh: '请换用浏览器', en: 'Open in your browser' },
  'enrol.wechat.lead': {
    zh: '微信里的网页不能离线工作，也不能一直使用相机。',
    en: 'Pages inside WeChat cannot work offline or keep the camera.',
  },
  'enrol.wechat.one': { zh: '点右上角的 ···', en: 'Tap ··· at the top right' },
  'enrol.wechat.two': { zh: '选“在浏览器打开”', en: 'Choose “Open in browser”' },
  'enrol.wechat.three': {
    zh: '没有这一项：复制链接，粘贴到浏览器的地址栏',
    en: 'Not there? Copy the link and paste it into your browser',
  },
  'enrol.wechat.copy': { zh: '复制链接', en: 'Copy the link' },
  'enrol.wechat.copied': { zh: '已复制', en: 'Copied' },

  'ended.title': { zh: '本机已停用', en: 'This phone is no longer a lane' },
  'ended.stop': { zh: '停止放行。', en: 'Stop admitting.' },
  'ended.sending': {
    zh: '还有 {count, number} 条记录未上传。请勿关机，连上网络。',
    en: '{count, plural, one {# entry is} other {# entries are}} still to be sent. Keep the phone on and in the network.',
  },
  'ended.wiped': {
    zh: '记录已全部上传，名单和密钥已清除。',
    en: 'Everything has been sent. The list and the keys are wiped.',
  },
  'ended.again': { zh: '重新加入', en: 'Join again' },

  'ready.title': { zh: '开门前检查', en: 'Before doors open' },
  'ready.start': { zh: '开始检票', en: 'Start scanning' },
  'ready.list': { zh: '名单', en: 'Ticket list' },
  'ready.list.whole': { zh: '完整，{age}', en: 'Whole, {age}' },
  'ready.list.none': { zh: '尚未下载完', en: 'Not here yet' },
  'ready.server': { zh: '服务器', en: 'Server' },
  'ready.server.answers': {
    zh: '{count, number} 个地址有应答',
    en: '{count, plural, one {Answers} other {# answer}}',
  },
  'ready.server.silent': {
    zh: '没有应答，本机可独立判定',
    en: 'No answer; this phone can decide alone',
  },
  'ready.clock': { zh: '时钟', en: 'Clock' },
  'ready.clock.off': {
    zh: '相差 {seconds, number} 秒，已校正',
    en: '{seconds, number} s off, corrected for',
  },
  'ready.clock.ok': { zh: '准确', en: 'Right' },
  'ready.battery': { zh: '电量', en: 'Battery' },
  'ready.battery.unknown': { zh: '此浏览器不提供', en: 'This browser does not tell' },
  'ready.battery.level': { zh: '{percent, number}%', en: '{percent, number} %' },
  'ready.battery.charging': {
    zh: '{percent, number}%，充电中',
    en: '{percent, number} %, charging',
  },
  'ready.storage': { zh: '存储', en: 'Storage' },
  'ready.storage.ok': { zh: '充足', en: 'Enough' },
  'ready.storage.low': { zh: '不足 200 MB，请清理', en: 'Under 200 MB left: free some' },
  'ready.storage.failed': { zh: '无法写入', en: 'Cannot be written' },
  'ready.camera': { zh: '相机', en: 'Camera' },
  'ready.camera.ok': { zh: '能读码', en: 'Reads codes' },
  'ready.camera.untested': { zh: '未测试', en: 'Not tested' },
  'ready.camera.failed': { zh: '打不开', en: 'Does not open' },
  'ready.camera.none': { zh: '没有相机', en: 'No camera' },
  'ready.camera.test': { zh: '测试', en: 'Test' },
  'ready.camera.testing': { zh: '对准任意二维码', en: 'Hold any QR code in view' },
  'ready.unsent': { zh: '未上传', en: 'Not sent' },
  'ready.unsent.none': { zh: '无', en: 'None' },
  'ready.unsent.some': {
    zh: '{count, number} 条',
    en: '{count, plural, one {# entry} other {# entries}}',
  },
  'ready.operator': { zh: '检票员', en: 'Steward' },
  'ready.operator.none': { zh: '未签到', en: 'Nobody signed on' },
  'ready.practice': {
    zh: '练习：不计入场人数',
    en: 'Practice: nothing here counts',
  },

  'scan.admittedHere': { zh: '本道放行', en: 'Admitted here' },
  'scan.unsent': { zh: '待上传', en: 'To send' },
  'scan.menu': { zh: '菜单', en: 'Menu' },
  'scan.call': { zh: '呼叫', en: 'Call' },
  'scan.call.hold': { zh: '长按呼叫指挥室', en: 'Hold to call control' },
  'scan.torch': { zh: '照明', en: 'Torch' },
  'scan.torch.off': { zh: '关灯', en: 'Torch off' },
  'scan.zoom': { zh: '放大', en: 'Zoom' },
  'scan.hint': { zh: '票码放进框内', en: 'Hold the code in the frame' },
  'scan.deciding': { zh: '核验中…', en: 'Checking…' },
  'scan.in': { zh: '入场', en: 'In' },
  'scan.out': { zh: '出场', en: 'Out' },
  'scan.camera.denied': {
    zh: '相机未授权。在浏览器的网站设置里允许相机，再点重试。',
    en: 'The camera is not allowed. Allow it in the browser’s site settings, then try again.',
  },
  'scan.camera.missing': {
    zh: '没有找到相机。可用扫码枪，或手工输入。',
    en: 'There is no camera. Use a reader, or type the code.',
  },
  'scan.camera.busy': {
    zh: '相机被其他应用占用。关闭后再点重试。',
    en: 'Another app has the camera. Close it, then try again.',
  },
  'scan.camera.unsupported': {
    zh: '此浏览器不提供相机。可用扫码枪，或换浏览器。',
    en: 'This browser has no camera. Use a reader, or another browser.',
  },

  'verdict.next': { zh: '下一位', en: 'Next' },
  'verdict.showFan': { zh: '给球迷看', en: 'Show the fan' },
  'verdict.hideFan': { zh: '返回', en: 'Back' },
  'verdict.confirm': { zh: '核对无误，放行', en: 'Checked: let in' },
  'verdict.name': { zh: '查看姓名', en: 'Show the name' },
  'verdict.noName': { zh: '没有登记姓名', en: 'No name on record' },
  'verdict.undo': { zh: '撤回', en: 'Take back' },
  'verdict.admits': { zh: '可入 {count, number} 人', en: 'Admits {count, number}' },
  'verdict.firstUsed': { zh: '{time} {gate}', en: '{time} at {gate}' },
  'verdict.usedBefore': { zh: '先前：{time} {gate}', en: 'Before: {time}, {gate}' },
  'verdict.goTo': { zh: '请走{gates}', en: 'Use {gates}' },
  'verdict.from': { zh: '{time} 起', en: 'From {time}' },
  'verdict.since': { zh: '{time} 已截止', en: 'Closed at {time}' },
  'verdict.listAsOf': { zh: '按 {time} 的名单', en: 'By the list of {time}' },
  'verdict.practice': { zh: '练习', en: 'Practice' },

  'attention.check-age': { zh: '核对年龄', en: 'Check age' },
  'attention.check-id': { zh: '核对证件', en: 'Check ID' },
  'attention.assist': { zh: '需要协助', en: 'Needs assistance' },
  'attention.wheelchair': { zh: '轮椅，走无障碍通道', en: 'Wheelchair: accessible lane' },
  'attention.child': { zh: '儿童，须有大人同行', en: 'Child, with an adult' },
  'attention.vip': { zh: '贵宾', en: 'Guest of the club' },

  'fan.admitted': { zh: '请入场', en: 'Please go in' },
  'fan.desk': {
    zh: '请带上这张票，到票务服务点，工作人员会帮您处理。',
    en: 'Please take this ticket to the service desk; they will sort it out for you.',
  },
  'fan.gate': { zh: '您的入口', en: 'Your gate' },
  'fan.gateLead': {
    zh: '这张票有效，只是入口不同。请沿指示牌前往。',
    en: 'Your ticket is good, at another gate. Please follow the signs.',
  },
  'fan.wait': { zh: '请稍候，入口马上恢复。', en: 'Please wait a moment; this gate will go on.' },
  'fan.comeBack': {
    zh: '{time} 开始入场，届时请再来。',
    en: 'Entry begins at {time}. Please come back then.',
  },
  'fan.comeBackLater': { zh: '请稍后再来。', en: 'Please come back later.' },
  'fan.again': {
    zh: '请调亮屏幕，再扫一次。',
    en: 'Please turn up your screen; we will scan again.',
  },
  'fan.refresh': { zh: '请刷新票码。', en: 'Please refresh your ticket.' },
  'fan.check': {
    zh: '请出示证件，核对后即可入场。',
    en: 'Please show your document; then you can go in.',
  },
  'fan.closed': { zh: '本场已停止入场。', en: 'Entry to this match has closed.' },
  'fan.language': { zh: 'English', en: '中文' },

  'late.conflict': {
    zh: '{seat}：本机已放行，服务器随后判定拒绝。请报告指挥室。',
    en: '{seat}: admitted here, then refused by the server. Tell the control room.',
  },
  'offer.ignored': {
    zh: '本机已是 {lane}，登记码未使用。要换岗，请主管先停用本机。',
    en: 'This phone is {lane} already, so the joining code was not used. To move it, ask your supervisor to end it first.',
  },
  'update.waiting': { zh: '新版本已下载', en: 'A new version is here' },
  'update.now': { zh: '现在更新', en: 'Update now' },
  'alert.battery': {
    zh: '电量 {percent, number}%，请接充电宝',
    en: 'Battery {percent, number} %: connect a power bank',
  },
  'alert.storage': { zh: '存储将满，请清理手机', en: 'Storage is nearly full: free some space' },
} as const satisfies Catalogue;
