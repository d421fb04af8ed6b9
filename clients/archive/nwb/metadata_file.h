#pragma once

#include <string>

#include "clients/archive/nwb/file_description.h"

namespace efferent::archive {

/// Reads what a laboratory says of its sessions: YAML with the names that the NWB schema has,
///   experimenter: [Last, First]   experiment_description: ...   lab: ...
///   subject: {species: Macaca mulatta, age: P7Y, sex: M, weight: 8.2 kg}
/// Fields that `description` has already stay. @throws InputError naming the file and the field.
void ReadMetadata(const std::string& path, FileDescription* description);

}  // namespace efferent::archive
