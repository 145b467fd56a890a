#include "autograd/mode.h"

namespace gradfold {
namespace {

thread_local bool recording = true;
thread_local bool checking = false;
thread_local std::shared_ptr<const Scope> scope;

}  // namespace

NoGrad::NoGrad() : before_(recording) { recording = false; }
NoGrad::~NoGrad() { recording = before_; }
EnableGrad::EnableGrad() : before_(recording) { recording = true; }
EnableGrad::~EnableGrad() { recording = before_; }
bool grad_enabled() { return recording; }

Anomaly::Anomaly() : before_(checking) { checking = true; }
Anomaly::~Anomaly() { checking = before_; }
bool anomaly_enabled() { return checking; }

std::string Scope::path() const { return parent ? parent->path() + "." + name : name; }

ScopeGuard::ScopeGuard(std::string name) : before_(scope) {
  scope = std::make_shared<const Scope>(Scope{before_, std::move(name)});
}
ScopeGuard::~ScopeGuard() { scope = std::move(before_); }
const std::shared_ptr<const Scope>& current_scope() { return scope; }

}  // namespace gradfold
