// 2.1  Pixel by pixel: an image is made in a fixed order, each pixel drawn given the earlier ones.
//
//   p(x) = p(x_1) p(x_2 | x_1) p(x_3 | x_1, x_2) ...      the chain rule: holds for every p, in every order
//
// So a model of ONE pixel, given those before it, is a model of images. Three of them, a ladder:
//   independent   sigmoid(b_i)                            does not look at the earlier pixels
//   logistic      sigmoid(b_i + sum_j<i W_ij x_j)         looks at all of them, in one layer (FVSBN)
//   PixelCNN      the subject of lesson 2.3               looks at those nearby, in many layers
#include <cmath>
#include <numbers>

#include "lessons/comparison.h"
#include "lessons/draw_order.h"
#include "lessons/image_list.h"
#include "lessons/lesson.h"
#include "lessons/two_sample.h"
#include "models/every_image.h"
#include "models/fvsbn.h"
#include "models/independent_pixels.h"
#include "models/pixel_cnn.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
#include "viz/pixel_order.h"

using namespace gradfold;

namespace {

const std::vector<std::string> kRungs = {"independent", "logistic", "PixelCNN"};

std::vector<std::unique_ptr<AutoregressiveModel>> ladder(Index height, Index width, Rng rng) {
  std::vector<std::unique_ptr<AutoregressiveModel>> out;
  out.push_back(std::make_unique<IndependentPixels>(IndependentPixelsConfig{.height = height, .width = width}, rng));
  out.push_back(std::make_unique<Fvsbn>(FvsbnConfig{.height = height, .width = width}, rng));
  out.push_back(std::make_unique<PixelCnn>(PixelCnnConfig{.maps = 8, .blocks = 4}, rng));
  return out;
}

void train(Lesson& lesson, AutoregressiveModel& model, const Dataset& images, const std::string& title) {
  const bool deep = model.name() == "pixel_cnn";  // needs smaller steps, and more of them
  const double lr = deep ? 5e-3 : 2e-2;
  Adam optimizer(model.parameters(), {.lr = lr});
  Lesson::Epochs epochs = lesson.epochs(images, {.batch = deep ? 16 : 32, .title = title});
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var loss = model.nll(batch.images);  // sum of -log p(x_i | x_1 ... x_i-1), mean over the batch
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(lr * rate(step++));
    optimizer.step();
    lesson.show("nats", loss.item());
  }
}

// A logistic rung that draws in this order.
std::unique_ptr<Fvsbn> trained_in(const DrawOrder& order, Lesson& lesson, Dataset images) {
  Rng first_values = lesson.rng("first values");
  images.images = order.arrange(images.images);
  const FvsbnConfig size{.height = images.images.size(2), .width = images.images.size(3)};
  auto model = std::make_unique<Fvsbn>(size, first_values);
  train(lesson, *model, images, order.name);
  return model;
}

// The middle of each image as 4x4: 1 where three tenths of a block of pixels are ink.
Tensor to_4x4(const Tensor& x) {
  const Index block = x.size(2) * 5 / 28, top = x.size(2) / 2 - 2 * block, left = x.size(3) / 2 - 2 * block;
  const Tensor middle = x.slice(2, top, top + 4 * block).slice(3, left, left + 4 * block);
  return greater(shrink(middle, block), Tensor::scalar(Real(0.3)));
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "2.1", .title = "Pixel by pixel: the chain rule",
                 .note = "픽셀 하나하나 순서대로 예측하면서 생성; "
                         "각 픽셀을 조건부 확률로 모델링 -> 이전 픽셀들을 기반으로 현재 픽셀의 분포를 모델링",
                 .claim = "Pixel by pixel, in order; each from its distribution given the earlier pixels.",
                 .look_at = "Look at drawing.png: an image as it is made, in three orders. Then at samples.png and "
                            "conditionals.png:\nwhat does a pixel know that has not looked at the earlier ones?\n"
                            "Change .train to 1000 and run again: which rung of the ladder needs the most images?",
                 .epochs = 4, .full_epochs = 10, .train = 8000, .test = 4000});
  const Dataset images = lesson.train_images(binarize), test = lesson.test_images(binarize);
  const Index height = images.images.size(2), width = images.images.size(3), pixels = height * width;
  const Shape one = {1, 1, height, width};
  const std::vector<DrawOrder> orders = draw_orders(height, width, lesson.rng("order"));
  const std::vector<DrawOrder> orders_4x4 = draw_orders(4, 4, lesson.rng("order"));
  std::vector<Image> numbered;
  for (const DrawOrder& order : orders_4x4)
    numbered.push_back(pixel_order(order.numbers(4, 4), {.current = 7, .title = order.name}));
  lesson.picture("order.png", side_by_side(numbered, 24), "blue: drawn; orange: the pixel being drawn; grey: to come");

  // ---- the ladder: what are the earlier pixels worth? -----------------------------------------------------
  lesson.say("{} images to learn from, {} held out; bits/dim = nats / (ln 2 * {})", images.size(), test.size(),
             pixels);
  const double coins = static_cast<double>(pixels) * std::numbers::ln2;
  lesson.say("  {:<12}{:>7.2f} nats  {:.4f} bits/dim", "coin flips", coins, bits_per_dim(coins, one));
  const auto models = ladder(height, width, lesson.rng("first values"));
  std::vector<Tensor> log_p, samples = {test.images.slice(0, 0, 10).contiguous()}, ink = samples;
  std::vector<std::string> bars;
  std::vector<double> nats;
  std::string gains;
  double clearest = INFINITY;  // the least of the steps between rungs, in standard errors
  Chart by_row({.title = "what each row of pixels costs (500 held-out images)", .x = "row", .y = "nats"});
  for (std::size_t rung = 0; rung < models.size(); ++rung) {
    AutoregressiveModel& model = *models[rung];
    train(lesson, model, images, kRungs[rung]);
    log_p.push_back(model.log_prob(test.images));
    nats.push_back(-mean(log_p[rung]).item());
    const double bits = bits_per_dim(nats[rung], one);
    lesson.say("  {:<12}{:>7.2f} nats  {:.4f} bits/dim", kRungs[rung], nats[rung], bits);
    bars.push_back(fmt::format("{}, {:.3f} bits/dim", kRungs[rung], bits));
    gains += fmt::format("{}{} {:.1f} nats", rung > 0 ? "; " : "", kRungs[rung], nats[rung]);
    if (rung > 0) {  // image by image, so that an image which is hard for both does not blur the difference
      const Lead fewer = paired_lead(log_p[rung], log_p[rung - 1]);
      clearest = std::min(clearest, fewer.mean / fewer.error);
      gains += fmt::format(", {:.1f} +- {:.1f} fewer", fewer.mean, fewer.error);
    }
    Rng drawing = lesson.rng("drawing");
    samples.push_back(model.sample({10, 1, height, width}, drawing));
    ink.push_back(sigmoid(model.logits(ink[0]).value()));
    const Tensor some = test.images.slice(0, 0, std::min<Index>(500, test.size())).contiguous();
    by_row.line(kRungs[rung], values(-sum(mean(model.log_conditionals(some), {0}), {0, 2})));
  }
  const std::vector<std::string> rows = {"held out", kRungs[0], kRungs[1], kRungs[2]};
  lesson.picture("samples.png", grid(concatenate(samples, 0), {.columns = 10, .row_titles = rows}),
                 "held-out images, and what each rung draws");
  lesson.picture("conditionals.png", grid(concatenate(ink, 0), {.columns = 10, .row_titles = rows}),
                 "held-out images; below, how probable each rung finds ink at each pixel, given the earlier ones");
  Chart rungs({.title = "held-out images: the fewer nats, the better known", .y = "nats per image"});
  lesson.picture("ladder.png", rungs.bars("", bars, nats), "-log p(x) of held-out images");
  lesson.picture("rows.png", by_row, "where the nats are: rows with ink cost, less where the earlier ones are known");
  lesson.claim("P1", "a pixel's distribution given the earlier ones: the more a rung makes of them, the likelier it "
               "finds held-out images", clearest, clearest > 5, gains);

  // ---- 4x4 images: all 65,536 of them in a table ----------------------------------------------------------
  Dataset tiny = images;
  tiny.images = to_4x4(images.images);
  const Tensor tiny_test = to_4x4(test.images);
  const std::vector<double> held_out = share_table(tiny_test);
  const Tensor asked = concatenate({tiny_test, lesson.rng("noise").bernoulli(Tensor::full({1000, 1, 4, 4}, 0.5))}, 0);
  const auto small = ladder(4, 4, lesson.rng("first values 4x4"));
  double worst_sum = 0, worst = 0, drawn_apart = 0;
  std::vector<double> apart;
  for (std::size_t rung = 0; rung < small.size(); ++rung) {
    AutoregressiveModel& model = *small[rung];
    train(lesson, model, tiny, "4x4, " + kRungs[rung]);
    Rng drawing = lesson.rng("drawing 4x4");
    const std::vector<double> p = joint_table(model, 4), drawn = share_table(model.sample({50'000, 1, 4, 4}, drawing));
    worst_sum = std::max(worst_sum, std::abs(total_probability(model, 4) - 1));
    worst = std::max(worst, worst_conditional(model, asked, lesson.rng("future")));
    drawn_apart = std::max(drawn_apart, misplaced(p, drawn));
    apart.push_back(misplaced(p, held_out));
    if (kRungs[rung] != "logistic") continue;
    const std::vector<std::size_t> by_p = likeliest_first(p);
    lesson.picture("likeliest.png", side_by_side({image_list({by_p.begin(), by_p.begin() + 6}, {p, drawn, held_out}),
                                                  image_list({by_p.end() - 6, by_p.end()}, {p, drawn, held_out})}),
                   "the likeliest and the least likely 4x4 images: p(x) / of 50,000 drawn / of the held-out images");
  }
  lesson.claim("P1", "the conditionals multiply to a distribution: p(x) of all 65,536 binary 4x4 images sums to 1",
               worst_sum, worst_sum < 1e-5, "three rungs, off by {:.0e} at most", worst_sum);
  lesson.claim("P1", "and they are the joint's: p(x_1..x_i) / p(x_1..x_i-1), summed up from whole images, is what the "
               "net says of x_i with noise for all later pixels", worst, worst < 1e-5,
               "largest difference {:.0e}, of {} conditionals", worst, 16 * 3 * asked.size(0));
  lesson.claim("P1", "drawing pixel by pixel draws from this p(x)", drawn_apart, drawn_apart < 0.02,
               "of 50,000 drawn 4x4 images {:.1f} % come too often or too seldom", 100 * drawn_apart);
  lesson.claim("P1", "and real images come about as often as p(x) says, on a rung that looks at the earlier pixels",
               apart[1], apart[1] < 0.75 * apart[0] && apart[2] < 0.75 * apart[0],
               "out of place, of {} held-out images: independent {:.1f} %, logistic {:.1f} %, PixelCNN {:.1f} %",
               test.size(), 100 * apart[0], 100 * apart[1], 100 * apart[2]);

  // ---- another order: the chain rule does not mind --------------------------------------------------------
  std::vector<Tensor> progress;
  std::vector<std::string> names, counts;
  for (Index eighth = 1; eighth <= 8; ++eighth) counts.push_back(fmt::format("{}", pixels * eighth / 8));
  std::string of_orders;
  double apart_nats = 0, order_sum = 0;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto model = trained_in(orders[i], lesson, images), small_model = trained_in(orders_4x4[i], lesson, tiny);
    Rng drawing = lesson.rng("one image");
    progress.push_back(orders[i].frames(orders[i].put_back(model->sample(one, drawing)), 8));
    const double cost = nats_per_image(*model, orders[i].arrange(test.images));
    names.push_back(orders[i].name);
    of_orders += fmt::format("{} {:.1f} nats; ", orders[i].name, cost);
    apart_nats = std::max(apart_nats, std::abs(cost / nats[1] - 1));
    order_sum = std::max(order_sum, std::abs(total_probability(*small_model, 4) - 1));
  }
  const GridOptions named{.columns = 8, .column_titles = counts, .row_titles = names};
  lesson.picture("drawing.png", grid(concatenate(progress, 0), named),
                 "a new image after so many pixels, drawn by a logistic rung in each order; grey is to come");
  lesson.claim("P1", "any order will do: by columns or at random it is a distribution too, and as good a one",
               apart_nats, apart_nats < 0.03 && order_sum < 1e-5,
               "{}the sum over all 4x4 images is off by {:.0e}", of_orders, order_sum);
  return lesson.close();
}
