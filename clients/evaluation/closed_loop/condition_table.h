#pragma once

#include <string>
#include <vector>

#include "clients/evaluation/closed_loop/condition.h"

namespace efferent::closed_loop {

/// How long the parts of a condition are.
struct ConditionLengths {
  int test_trials = 50;
  double learning_share = 1.0;  ///< Of the trials that a condition has for learning; at least one.
};

/// Populations from files, and the conditions that are made of them.
struct PopulationFile {
  std::string name;  ///< Of the condition.
  std::string path;
};

/// Every condition there is, in the order of reports; those with populations from files first.
/// @throws InputError naming the file that cannot be read as a population.
std::vector<Condition> AllConditions(const std::vector<PopulationFile>& files,
                                     const ConditionLengths& lengths);

/// Those of `all` that are named in a comma-separated list, in its order; all if it is empty.
/// @throws InputError for a name that is not there or there twice, listing what there is.
std::vector<Condition> ChooseConditions(const std::vector<Condition>& all,
                                        const std::string& comma_list);

}  // namespace efferent::closed_loop
