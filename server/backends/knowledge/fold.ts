import { simplified } from '../../simplified.ts'

/** The text in one way of writing: width, case, accents of Latin letters, common traditional characters. */
export function fold(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('’', "'")
  const bare = /[\u00c0-\u024f]/.test(plain) ? plain.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '') : plain
  return simplified(bare)
}
