import { readFileSync } from 'node:fs'

/** Prints `N passed, N failed` of the Vitest JSON report named on the command line; a file that could not run counts as one failed. */
interface Report {
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

function read(path: string | undefined): Report {
  try {
    return JSON.parse(readFileSync(path ?? '', 'utf8'))
  } catch {
    // Without a report the run ended before the tests: types, lint, build or set-up failed.
    return { testResults: [{ status: 'failed', assertionResults: [] }] }
  }
}

const { testResults } = read(process.argv[2])
const states = testResults.flatMap(({ status, assertionResults }) =>
  status === 'failed' && !assertionResults.some((one) => one.status === 'failed')
    ? [...assertionResults, { status }]
    : assertionResults,
)
const count = (state: string) => states.filter(({ status }) => status === state).length
console.log(`${count('passed')} passed, ${count('failed')} failed`)
