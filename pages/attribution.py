"""Attribution: which pixels speak for a class, by five methods, and whether to believe them."""


from cnnviz.ui.attribution import lesson
from cnnviz.ui.device_note import device_note
from cnnviz.ui.frame import speaking_errors, title
from cnnviz.ui.network.choice import chosen_network, network_choice

with title("Attribution", "Which pixels speak for a class? Five answers side by side, and a check whether to believe them."):
    name = network_choice(key="inside_network")

with speaking_errors():
    network = chosen_network(name, key="inside_network")
    if network is not None:
        lesson.show(network)
device_note()
