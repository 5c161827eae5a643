export { createWeComKfAdapter, type WeComKfOptions } from './kf.ts'
