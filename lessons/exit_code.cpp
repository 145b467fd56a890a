#include "lessons/exit_code.h"

#include <filesystem>
#include <new>

#include <fmt/format.h>

#include "tensor/check.h"

namespace gradfold {

int report(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const UsageError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "gf: there is not enough memory for that\n  hint: fewer images, or a smaller model\n");
  } catch (const std::filesystem::filesystem_error& error) {  // its own text names a function of C++
    fmt::print(stderr, "cannot get at {}: {}\n  hint: check that its folder exists and that you may enter it\n",
               error.path1().string(), error.code().message());
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
  } catch (...) {
    fmt::print(stderr, "gf: an error of an unknown kind ended this program\n");
  }
  return 1;
}

}  // namespace gradfold
