export { createWeComAppAdapter, type WeComAppOptions } from './app.ts'
export { createWeComKfAdapter, type WeComKfOptions } from './kf.ts'
