import { openIllReceiver } from './test-ill-receiver.ts'

const receiver = await openIllReceiver()
process.on('message', (illness: Parameters<typeof receiver.become>[0]) => {
  receiver.become(illness)
  process.send?.('done')
})
process.send?.(receiver.url)
