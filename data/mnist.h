#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

// A folder of image files under the names that MNIST and binarized MNIST are published with, each plain or .gz:
//   train   train-images-idx3-ubyte (train-labels-idx1-ubyte)   or  binarized_mnist_train.amat
//   valid   valid-images-idx3-ubyte (valid-labels-idx1-ubyte)   or  binarized_mnist_valid.amat
//   test    t10k-images-idx3-ubyte  (t10k-labels-idx1-ubyte)    or  binarized_mnist_test.amat
// Without files for valid, the last sixth of train is valid and train is what comes before: of MNIST's 60,000
// the last 10,000, as Larochelle cut them.
namespace gradfold {

// True when the folder holds images to train on.
bool is_image_folder(const std::filesystem::path& folder);

// What is_image_folder looks for, for messages.
std::string image_folder_files();

// One of kTrain, kValid and kTest; a MissingSplit if its files are not there. `name` is what the set is called in
// messages.
Dataset load_image_folder(const std::filesystem::path& folder, const std::string& name, Split split);

// An IDX file of images, with the labels of the file beside it where there is one (train-labels-idx1-ubyte
// beside train-images-idx3-ubyte); begin and end as RowRange's.
Dataset load_idx(const std::filesystem::path& images, const std::string& name, Index begin = 0, Index end = -1);

}  // namespace gradfold
