#pragma once

/// @file
/// Forward passes of who reads a case in another way.

#include <revolute/tools/exchange/case_file.hpp>

#include <functional>
#include <string>
#include <vector>

namespace revolute {

/// Another forward pass than that of the case: what one computes who reads the case in another way.
struct ForwardMistake {
    std::string words;                  ///< what was read in another way
    std::function<void(Case&)> change;  ///< of the case, into one whose net computes it
    /// Of arrays of the parameters' gradients and of inputs, into the layout of the changed case;
    /// none where it is the same.
    std::function<void(CaseResult&)> change_result;
    /// Whether it says where a gate's numbers stand: of two that comes first, as another reading of
    /// a gate is of its numbers, wherever these stand.
    bool moves_gates = false;
};

/// x[T][B][I] read as [B][T][I], which is another sequence and fits where T = B.
std::vector<Matrix> with_batch_first(const std::vector<Matrix>& sequence);

/// Targets that the case could be taken to have: only the loss and the gradients tell.
std::vector<ForwardMistake> target_mistakes(const Case& of);

/// All that are known and that the case could be taken for.
std::vector<ForwardMistake> forward_mistakes(const Case& of);

/// A forward pass that explains answers and a loss.
struct OtherForward {
    std::vector<std::string> words;  ///< several, where they give the same
    Case of;                         ///< the case of the first
    CaseResult given;                ///< the gradients in its layout
    std::size_t mistakes = 0;        ///< with a factor of the loss, if it has one
    /// Whether so many were tried for a loss of so few digits, and no answers, that one may give it
    /// by chance.
    bool may_be_chance = false;
};

/// A factor of the loss, in words, that gives the loss of `given`, where that of the case is
/// `right`; several, where their numbers are the same.
std::vector<std::string> factors_of_given_loss(const Case& of, double right, double given,
                                               double tolerance);

/// The forward pass, with one mistake or two, that gives the answers and the loss of `given`, as
/// far as it has them; nothing where none does. The loss may have a factor besides, and where the
/// answers differ they alone tell if it has none that is known. `tolerance` is relative to the
/// largest entry. Without answers, two mistakes are not told from a loss of few digits, which some
/// pair gives by chance.
std::optional<OtherForward> find_forward_mistake(const Case& of, const CaseResult& given,
                                                 double tolerance);

}  // namespace revolute
