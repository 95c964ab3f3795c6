"""cnnviz: the page frame and the table of lessons."""

from functools import partial

import streamlit as st

from cnnviz.ui import home, warm_up
from cnnviz.ui.frame import Lesson, frame

LESSONS = {
    "Images and filters": [
        Lesson("image_as_numbers", "Image as numbers", "Look under the pixels: every picture is a block of numbers."),
        Lesson("image_filters", "Image filters", "Slide a small kernel over a picture and trace every sum."),
        Lesson("edges", "Edges (Sobel)", "Two kernels give the slope of the brightness: its size and its direction."),
        Lesson("pooling", "Pooling", "Keep the largest or the mean of each window, and lose the exact place."),
        Lesson("filter_chain", "Filter chain", "Filter, cut off, pool, repeat: a network's layers by hand."),
    ],
    "Convolution": [
        Lesson("convolution_arithmetic", "Convolution bench", "Step through the sum behind every number of a layer."),
        Lesson("check_my_slide", "Check my slide", "Is the printed number right, and if not, which slip gives it?"),
    ],
    "Networks": [
        Lesson("architectures", "Architectures", "The course's networks, layer by layer, drawn to scale; or build your own."),
        Lesson("filters_and_activations", "Filters and activations", "A trained network looks at your picture, down to any sum."),
        Lesson("attribution", "Attribution", "Which pixels speak for a class, by five methods, and whether to believe them."),
    ],
    "Latent space": [
        Lesson("latent_space", "Latent space", "Ten thousand digits as a map: hover, click, draw, and decode what lies between."),
        Lesson("walks_and_generation", "Walks and generation", "From one digit to another, and digits from noise: AE against VAE."),
        Lesson("denoising_and_anomalies", "Denoising and anomalies", "Clean a noisy digit, and catch what is no digit at all."),
    ],
}

if __name__ == "__main__":  # a visitor's run
    frame()
    start = st.Page(partial(home.show, LESSONS), title="Start", url_path="start", default=True)
    pages = {section: [lesson.page() for lesson in lessons] for section, lessons in LESSONS.items()}
    st.navigation({"": [start], **pages}, expanded=True).run()
else:  # `streamlit run` takes the server from here
    app = st.App(__file__, lifespan=warm_up.lifespan)
