// Every test program's main(): doctest's, which also fails when its filters match no test case (ctest runs a
// file as `program --source-file=...`; without this a misnamed or emptied file would pass), and when an op was
// recorded that has no row in the op table, and so no gradient check.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>

#include "autograd/record.h"
#include "tests/op_table.h"

namespace {

unsigned cases_run = 0;

struct CountCases : doctest::IReporter {
  explicit CountCases(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override { cases_run = 1; }
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& stats) override { cases_run = stats.numTestCasesPassingFilters; }
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};
REGISTER_LISTENER("count", 1, CountCases);

// Ops that ran here and that nothing proves the gradient of.
int report_unproven_ops() {
  int unproven = 0;
  for (const std::string& op : gradfold::recorded_ops()) {
    const auto& table = gradfold::op_table();
    if (op.rfind("test_", 0) == 0) continue;
    if (std::any_of(table.begin(), table.end(), [&](const auto& row) { return row.op() == op; })) continue;
    std::fprintf(stderr, "op '%s' was recorded but has no row in tests/op_table.cpp; add one, and the same in "
                         "tests/fixtures/make_op_fixtures.py, so that its gradient is "
                         "checked and compared with PyTorch's (this run fails, whatever is said above)\n", op.c_str());
    ++unproven;
  }
  return unproven;
}

}  // namespace

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int result = context.run();
  if (cases_run == 0) {
    std::fprintf(stderr, "no test case matches the filters\n");
    return 1;
  }
  return report_unproven_ops() > 0 ? 1 : result;
}
