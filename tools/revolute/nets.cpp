#include "commands.hpp"
#include "options/text_net.hpp"
#include <revolute/graph/values/error.hpp>
#include <revolute/tools/language/known_nets.hpp>
#include <revolute/tools/support/standard_output.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

namespace revolute {

namespace {

void list_nets() {
    std::size_t widest = 0;
    for (const KnownNet& net : known_nets()) widest = std::max(widest, net.name.size());
    for (const KnownNet& net : known_nets()) print("{:<{}}  {}\n", net.name, widest, net.title);
}

/// The text with what it is and where it comes from, as it reads back.
void print_net(const std::string& name) {
    const auto net = known_net(name);
    if (!net) throw GraphError(fmt::format("nets: no net is called {}{}", name, meant_net(name)));
    print("# {}\n# {}{}", net->title, net->source, net->text);
}

}  // namespace

void add_nets_command(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("nets", "List the nets that come as texts, or print one of them");
    const auto name = std::make_shared<std::string>();
    command.add_option("name", *name, "Net to print");
    command.footer("Example:\n  revolute nets mgu > mgu.rec; revolute derive --net mgu.rec");
    command.callback([name] { name->empty() ? list_nets() : print_net(*name); });
}

}  // namespace revolute
