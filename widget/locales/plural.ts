type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

/** Makes the sentence-with-a-number writer of one language; `#` in a form stands for the number. */
export function createPlural(tag: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(tag)
  const numbers = new Intl.NumberFormat(tag)
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace('#', numbers.format(count))
}
