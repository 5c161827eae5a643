export { createWeComAppAdapter, type WeComAppOptions } from './app.ts'
export { createWeComKfAdapter, type WeComKfOptions } from './kf.ts'
export { createGroupRobot, type GroupRobotOptions } from './robot.ts'
