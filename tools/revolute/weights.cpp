#include "commands.hpp"
#include "options/option_values.hpp"
#include <revolute/tools/exchange/weights_file.hpp>
#include <revolute/tools/support/output_file.hpp>
#include <revolute/tools/support/standard_output.hpp>
#include <revolute/tools/training/model_file.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace revolute {

namespace {

struct WeightsOptions {
    std::string model;
    std::optional<std::string> output;
};

void write_weights(const WeightsOptions& options) {
    const ForecastModel model = read_model(options.model);
    const std::string weights = weights_to_json(
        to_state_dict(model.settings.architecture, model.sizes(1), model.parameters));
    if (!options.output) {
        print("{}", weights);
        return;
    }
    require_distinct({options.model, *options.output});
    write_file(*options.output, weights);
}

}  // namespace

void add_weights_command(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "weights", "The weights of a trained model as JSON, in PyTorch's names and layout");
    const auto options = std::make_shared<WeightsOptions>();
    command.add_option("model.json", options->model, "Model file that `revolute train` wrote")
        ->required()
        ->check(file_name());
    command.add_option("-o", options->output, "File to write; printed where none is given")
        ->check(file_name());
    command.footer(
        "`revolute train --init` starts from such a file. How to exchange weights with other\n"
        "programs: docs/weights.md\n\nExample:\n  revolute weights model.json -o weights.json");
    command.callback([options] { write_weights(*options); });
}

}  // namespace revolute
