#pragma once

#include <revolute/tools/training/series.hpp>
#include <revolute/tools/training/trainer.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace revolute {

/// What `train` writes.
struct TrainOutputs {
    std::string save = "model.json";
    std::string plot = "out.svg";
    bool overwrite = false;
    bool save_is_named = false, plot_is_named = false;  ///< by the user
};

/// Throws Error unless a plot may be called so.
void require_svg(const std::string& plot);
/// Nothing the user has is lost: throws where an output is a file of `read`, cannot be written, or
/// would replace what is not of a training before.
void require_outputs(const TrainOutputs& outputs, const std::vector<std::string>& read);
/// Nothing is computed that could not be written in the end: the model, with the names in it, and
/// the plot are made, as far as they are known, and thrown away.
void rehearse_outputs(const TrainOutputs& outputs, const TrainingSettings& settings,
                      const Series& series, std::size_t first);
/// Writes the model; where it cannot be written, though it could have been before, to the folder
/// for temporary files, and throws FileError that says so.
void save_model(const std::string& path, const TrainingResult& result);

/// An output as a sentence calls it.
std::string name_of_output(const std::string& path);
/// Whether the standard output is for the model or the plot alone.
bool is_said_beside(const TrainOutputs& outputs);

}  // namespace revolute
