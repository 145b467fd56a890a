// A lead on the same images, and work timed in turns.
#include <chrono>
#include <thread>

#include "lessons/comparison.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("a lead is judged by the spread of the differences") {
  // Differences 1, 2, 3: mean 2, sample deviation 1, standard error 1 / sqrt 3, however far apart the images are.
  const Lead lead = paired_lead(Tensor::from({101, 12, 1003}), Tensor::from({100, 10, 1000}));
  CHECK(lead.mean == doctest::Approx(2));
  CHECK(lead.error == doctest::Approx(0.57735));
  CHECK(paired_lead(Tensor::from({1, 2}), Tensor::from({3, 4})).mean == doctest::Approx(-2));
  CHECK_THROWS_WITH(paired_lead(Tensor::from({1, 2}), Tensor::from({1, 2, 3})),
                    doctest::Contains("both must be of the same images"));
  CHECK_THROWS_WITH(paired_lead(Tensor::from({1}), Tensor::from({1})), doctest::Contains("at least 2"));
}

TEST_CASE("ways take turns, and the median does not care about a round that was disturbed") {
  std::string order;
  int turn = 0;
  const std::vector<double> times = median_seconds(
      5, {[&] {
            order += 'a';
            std::this_thread::sleep_for(std::chrono::milliseconds(turn++ == 3 ? 400 : 2));
          },
          [&] {
            order += 'b';
            std::this_thread::sleep_for(std::chrono::milliseconds(30));
          }});
  CHECK(order == "abababababab");  // one round more than is counted
  REQUIRE(times.size() == 2);
  CHECK(times[0] < times[1]);
  CHECK(times[1] >= 0.03);
  CHECK_THROWS_WITH(median_seconds(0, {}), doctest::Contains("1 or more"));
}
