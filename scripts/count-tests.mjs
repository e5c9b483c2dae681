// Prints `N passed, N failed` of vitest's JSON report. Fails when a test failed or none was run.
import { readFileSync } from "node:fs";

const report = readReport(process.argv[2]);
// A file that could not even be loaded has no tests to count.
const broken = report.testResults.filter(
  (file) => file.status === "failed" && file.assertionResults.length === 0,
);
const failed = report.numFailedTests + broken.length;
const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : "";
console.log(`${report.numPassedTests} passed, ${failed} failed${skipped}`);
if (failed > 0 || report.numPassedTests === 0) process.exitCode = 1;

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // The test runner ended before it could report anything.
    return { testResults: [], numFailedTests: 0, numPassedTests: 0, numPendingTests: 0 };
  }
}
