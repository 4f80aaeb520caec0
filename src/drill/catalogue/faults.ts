// What can be broken in a rehearsal: one entry for each, with the words of the report.
import { BOXES, GATES, LINK_TARGETS, NODES, STANDS } from './parties.ts';

export type Words = { readonly zh: string; readonly en: string };

export type Fault = {
  readonly words: Words;
  /** What befalls the ground, in a sentence for whoever reads the catalogue. */
  readonly means: string;
  /** `lanes` stands for every `lane-N` there is. */
  readonly targets: readonly string[] | 'lanes' | 'lanes-and-nodes' | 'none';
  /** How long it lasts in a storm, in seconds. */
  readonly lasts: readonly [number, number];
  /** How often a storm draws it, against the others; 0 never. */
  readonly weight: number;
  /** Its figure, if it has one, and between which a storm draws it. */
  readonly amount?: { readonly unit: string; readonly from: number; readonly to: number };
  /** What it needs besides this machine’s own processes. */
  readonly needs?: 'root';
  /** Also against a system that runs elsewhere, where this machine has only the lanes and their lines. */
  readonly isForStaging: boolean;
};

export const FAULTS = {
  'process-killed': {
    words: { zh: '进程被强行终止', en: 'process killed' },
    means: 'kill -9 of a node or a lane; it is started again at the end',
    targets: 'lanes-and-nodes',
    lasts: [2, 6],
    weight: 4,
    isForStaging: true,
  },
  'process-frozen': {
    words: { zh: '进程停止响应', en: 'process frozen' },
    means: 'a node stops in its tracks, its connections open, and goes on at the end',
    targets: NODES,
    lasts: [2, 5],
    weight: 2,
    isForStaging: false,
  },
  'database-killed': {
    words: { zh: '数据库被强行终止', en: 'database killed' },
    means: 'kill -9 of the PostgreSQL of a node alone',
    targets: NODES,
    lasts: [2, 4],
    weight: 3,
    isForStaging: false,
  },
  'link-cut': {
    words: { zh: '线路中断（无声）', en: 'line cut (silence)' },
    means: 'nothing passes and nobody is told: a pulled cable, a black hole',
    targets: LINK_TARGETS,
    lasts: [3, 8],
    weight: 4,
    isForStaging: true,
  },
  'link-refused': {
    words: { zh: '线路拒绝连接', en: 'connections refused' },
    means: 'connections are reset and new ones refused',
    targets: LINK_TARGETS,
    lasts: [3, 8],
    weight: 2,
    isForStaging: true,
  },
  'link-slow': {
    words: { zh: '线路缓慢', en: 'slow line' },
    means: 'every answer comes later, by `amount` ms',
    targets: LINK_TARGETS,
    lasts: [4, 8],
    weight: 3,
    amount: { unit: 'ms', from: 200, to: 3_000 },
    isForStaging: true,
  },
  'link-flapping': {
    words: { zh: '线路时断时续', en: 'flapping line' },
    means: 'cut for 3 s, whole for 3 s, and so on',
    targets: LINK_TARGETS,
    lasts: [9, 12],
    weight: 2,
    isForStaging: true,
  },
  'captive-portal': {
    words: { zh: '登录页劫持', en: 'captive portal' },
    means: 'every request is answered 200 with a page that asks to sign in',
    targets: LINK_TARGETS,
    lasts: [3, 8],
    weight: 2,
    isForStaging: true,
  },
  'authority-moved': {
    words: { zh: '判定权移交', en: 'authority moved' },
    means: 'the control room has another node decide the match',
    targets: NODES,
    lasts: [0, 0],
    weight: 2,
    isForStaging: false,
  },
  'authority-lost': {
    words: { zh: '判定节点损毁', en: 'deciding node lost' },
    means: 'the node that decides dies; two people give it up and name the target instead',
    targets: NODES,
    lasts: [5, 8],
    weight: 1,
    isForStaging: false,
  },
  'disk-full': {
    words: { zh: '磁盘写满', en: 'disk full' },
    means: 'not a byte is left where the node keeps its data',
    targets: BOXES,
    lasts: [4, 7],
    weight: 1,
    needs: 'root',
    isForStaging: false,
  },
  'clock-jumped': {
    words: { zh: '时钟跳变', en: 'clock jumped' },
    means: 'the machine’s clock is wrong by `amount` s from one moment to the next',
    targets: 'lanes-and-nodes',
    lasts: [5, 9],
    weight: 2,
    amount: { unit: 's', from: -7_200, to: 7_200 },
    isForStaging: true,
  },
  'list-garbled': {
    words: { zh: '名单传输损坏', en: 'ticket list garbled' },
    means: 'pages of the ticket list arrive at a stand with wrong contents or a wrong sum',
    targets: STANDS,
    lasts: [4, 7],
    weight: 2,
    isForStaging: true,
  },
  'list-damaged': {
    words: { zh: '本机名单损坏', en: 'list file damaged' },
    means: 'a lane loses power, and its ticket list is damaged on its disk',
    targets: 'lanes',
    lasts: [1, 3],
    weight: 1,
    isForStaging: true,
  },
  'box-restored': {
    words: { zh: '设备由旧备份恢复', en: 'box restored from an older copy' },
    means: 'the box comes back with its data of `lasts` seconds ago',
    targets: BOXES,
    lasts: [5, 8],
    weight: 1,
    isForStaging: false,
  },
  'stand-dark': {
    words: { zh: '整座看台断电', en: 'stand dark' },
    means: 'all lanes of a stand and the box that stands there lose power',
    targets: STANDS,
    lasts: [4, 8],
    weight: 1,
    isForStaging: false,
  },
  'hub-lost': {
    words: { zh: '中心机房全失', en: 'hub region lost' },
    means: 'the hub’s machine and data are gone; it comes back from its last backup',
    targets: ['hub'],
    lasts: [5, 8],
    weight: 1,
    isForStaging: false,
  },
  'codes-cloned': {
    words: { zh: '复制票码', en: 'codes cloned' },
    means: '`amount` tickets are shown at both stands in the same moment',
    targets: 'none',
    lasts: [0, 0],
    weight: 0,
    amount: { unit: 'tickets', from: 3, to: 8 },
    isForStaging: true,
  },
  'codes-forged': {
    words: { zh: '伪造票码', en: 'codes forged' },
    means: '`amount` codes that nobody issued, most of them with the serial of a real ticket',
    targets: 'none',
    lasts: [0, 0],
    weight: 0,
    amount: { unit: 'codes', from: 3, to: 8 },
    isForStaging: true,
  },
  'tickets-blocked': {
    words: { zh: '冻结球票', en: 'tickets blocked' },
    means: '`amount` tickets are blocked, then shown',
    targets: 'none',
    lasts: [0, 0],
    weight: 0,
    amount: { unit: 'tickets', from: 2, to: 4 },
    isForStaging: true,
  },
  'tickets-reissued': {
    words: { zh: '换发球票', en: 'tickets re-issued' },
    means: '`amount` tickets are re-issued, then shown with the old code and the new one',
    targets: 'none',
    lasts: [0, 0],
    weight: 0,
    amount: { unit: 'tickets', from: 2, to: 4 },
    isForStaging: true,
  },
  'gate-held': {
    words: { zh: '暂停入口', en: 'gate held' },
    means: 'control stops a gate, people go on showing tickets there',
    targets: GATES,
    lasts: [4, 6],
    weight: 0,
    isForStaging: true,
  },
  command: {
    words: { zh: '自定义命令', en: 'a command of yours' },
    means: 'runs `strike` and, at the end, `mend`; only in a schedule',
    targets: 'none',
    lasts: [0, 0],
    weight: 0,
    isForStaging: true,
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** What people do, rather than what breaks: they are told in the report, and nothing has to recover. */
const ACTS: ReadonlySet<FaultName> = new Set<FaultName>([
  'codes-cloned',
  'codes-forged',
  'tickets-blocked',
  'tickets-reissued',
  'gate-held',
]);

export function isAct(fault: FaultName): boolean {
  return ACTS.has(fault);
}

export function faultNamed(name: FaultName): Fault {
  return FAULTS[name];
}

/** @param lanes - how many there are */
export function targetsOf(name: FaultName, lanes: number): readonly string[] {
  const { targets } = faultNamed(name);
  const numbered = Array.from({ length: lanes }, (_, index) => `lane-${index + 1}`);
  if (targets === 'none') return [];
  if (targets === 'lanes') return numbered;
  return targets === 'lanes-and-nodes' ? [...numbered, ...NODES] : targets;
}
